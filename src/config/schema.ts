import { z } from 'zod';
import type { remoteCatalog, remoteModel, routedModel } from './remote-entry-schema.js';
import { SDK_CONFIG_SHAPE } from './sdk-config-shape.js';
import { serve } from './serve-schema.js';

/** The whole of `qvac.config.*`: every key, its default and its unit. Unknown keys are errors. */
export const configSchema = z
  .strictObject({
    $schema: z
      .string()
      .optional()
      .describe('Where an editor finds the JSON schema of this file. Otherwise ignored.'),
    ...SDK_CONFIG_SHAPE,
    serve: serve.prefault({}).describe('The HTTP gateway, `qvac serve openai`.'),
  })
  .meta({ title: 'qvac.config', description: 'Configuration of qvac-gateway and of @qvac/sdk.' });

/** A config as a user writes it. */
export type QvacConfig = z.input<typeof configSchema>;

/** One entry of `serve.models`, defaults filled in. */
type AnyEntry = z.output<typeof serve>['models'][string];

/** One whose calls go elsewhere. */
export type RoutedEntry = z.output<typeof remoteModel> | z.output<typeof routedModel>;

/** One that is served here. */
export type ModelEntry = Exclude<AnyEntry, RoutedEntry>;

/** One entry of `serve.remotes`, defaults filled in. */
export type RemoteEntry = z.output<typeof remoteCatalog>;

/** Whether the calls of a model go elsewhere. */
export function isRouted(entry: AnyEntry): entry is RoutedEntry {
  return typeof entry === 'object' && ('url' in entry || 'targets' in entry);
}

/** `serve.cors`, as it is written. */
export type WrittenCors = z.output<typeof serve>['cors'];
