import { z } from 'zod';
import { MODEL_STATES } from '../../models/model-state.js';

/** What `models-route.ts` writes, as schemas. */

const name = z.string().min(1);

const model = {
  id: name.describe('Its alias.'),
  object: z.literal('model'),
  created: z
    .int()
    .describe('Unix time in seconds of its load, or of the start of the gateway if it is not loaded.'),
  owned_by: z.literal('qvac'),
};

/** In the life of a model. */
export const modelStateSchema = z.enum(MODEL_STATES).meta({ id: 'ModelState' });

export const loadedModelSchema = z.strictObject(model).meta({ id: 'Model' });

export const configuredModelSchema = z
  .strictObject({ ...model, state: modelStateSchema })
  .meta({ id: 'ModelWithState' });

const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ object: z.literal('list'), data: z.array(item) });

export const modelSchema = z.union([loadedModelSchema, configuredModelSchema]);
export const modelListSchema = z.union([listOf(loadedModelSchema), listOf(configuredModelSchema)]);

export const deletedModelSchema = z
  .strictObject({ id: name, object: z.literal('model'), deleted: z.literal(true) })
  .meta({ id: 'DeletedModel' });
