import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { checkModelConfig } from '../../../src/config/check-model-config.js';
import { isModelSourceKey } from '../../../src/config/model-source-key.js';
import { SDK_CONFIG_SHAPE } from '../../../src/config/sdk-config-shape.js';
import { loadSdkSchema } from '../../../src/config/sdk-schemas.js';
import { MODEL_TYPES } from '../../../src/protocol/model-types.js';

const sdkModule = (name: string): Promise<Record<string, never>> =>
  import(new URL(`./schemas/${name}`, import.meta.resolve('@qvac/sdk')).href);

/** Every field of a schema with its key, at any depth, unwrapped. */
function fieldsOf(schema: z.core.$ZodType): [string, z.core.$ZodType][] {
  const def = (schema as z.core.$ZodTypes)._zod.def;
  if (def.type === 'optional' || def.type === 'default') return fieldsOf(def.innerType);
  if (def.type === 'pipe') return fieldsOf(def.in);
  if (def.type === 'union') return def.options.flatMap(fieldsOf);
  if (def.type !== 'object') return [];
  return Object.entries(def.shape).flatMap(([key, field]) => [[key, field], ...fieldsOf(field)]);
}

test('the SDK has a config schema for every model type, where we look for it', async () => {
  for (const type of MODEL_TYPES) assert.ok(await loadSdkSchema(type), type);
});

test('only the types that we know of require a config', async () => {
  const requiring = [];
  for (const type of MODEL_TYPES) {
    const schema = await loadSdkSchema(type);
    if (schema && !z.safeParse(schema, {}).success) requiring.push(type);
  }
  const checked = [];
  for (const type of MODEL_TYPES) {
    if ((await checkModelConfig(type, {}, [])).problems.length > 0) checked.push(type);
  }
  assert.deepEqual(checked, requiring);
  assert.ok(requiring.length > 0);
});

test('model sources inside a config are told by their key', async () => {
  const { modelSrcInputSchema } = await sdkModule('model-src-utils.js');
  const isSource = (field: z.core.$ZodType): boolean => {
    const def = (field as z.core.$ZodTypes)._zod.def;
    return field === modelSrcInputSchema || (def.type === 'optional' && isSource(def.innerType));
  };
  // Fields of earlier SDKs, kept to tell that they are gone: schema `unknown`.
  const isLegacy = (field: z.core.$ZodType): boolean => {
    const def = (field as z.core.$ZodTypes)._zod.def;
    return def.type === 'unknown' || (def.type === 'optional' && isLegacy(def.innerType));
  };
  const schemas = await Promise.all(MODEL_TYPES.map((type) => loadSdkSchema(type)));
  const fields = schemas
    .flatMap((schema) => (schema ? fieldsOf(schema) : []))
    .filter(([, field]) => !isLegacy(field));
  // The fields of a descriptor itself are not further sources.
  const descriptor = fieldsOf(modelSrcInputSchema as unknown as z.core.$ZodType).map(([, field]) => field);
  const sources = fields.filter(([, field]) => isSource(field)).map(([key]) => key);
  const guessed = fields
    .filter(([key, field]) => isModelSourceKey(key) && !descriptor.includes(field))
    .map(([key]) => key);
  assert.deepEqual(guessed, sources);
  assert.ok(sources.includes('projectionModelSrc') && sources.includes('model_src'));
});

test("the keys of the SDK's own settings are the SDK's", async () => {
  const { qvacConfigSchema } = await sdkModule('sdk-config.js');
  const { shape } = qvacConfigSchema as unknown as z.ZodObject;
  assert.deepEqual(Object.keys(SDK_CONFIG_SHAPE), Object.keys(shape));
});

test('an SDK without these schemas gives a warning, and `threads` is still checked', async () => {
  for (const module of ['file:///none/load-model.js', 'data:text/javascript,export const a = 1']) {
    const check = await checkModelConfig('llamacpp-completion', { threads: 'x', any: 1 }, ['config'], module);
    assert.deepEqual(check, {
      problems: [{ path: 'config.threads', message: 'must be a number, but is "x"' }],
      warning:
        '@qvac/sdk has no config schema for llamacpp-completion where version 0.16 has it: its "config" is passed on unchecked',
    });
  }
});
