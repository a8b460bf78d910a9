import { existsSync } from 'node:fs';
import { cachedFile } from '../protocol/cached-file.js';
import type { ModelSpec } from '../protocol/model-spec.js';

/**
 * The spec with local paths for the URLs whose files are in the SDK's cache. For a URL the SDK would ask its server once
 * more, at every load, and download anew in the model's own process if it did not like the answer.
 */
export function toLocalSources(spec: ModelSpec, cacheFolder: string): ModelSpec {
  const toLocal = (value: unknown): unknown => {
    if (typeof value === 'string') {
      const file = cachedFile(value, cacheFolder);
      return file !== undefined && existsSync(file) ? file : value;
    }
    // A model of the registry is known by more than its URL.
    if (typeof value !== 'object' || value === null || 'src' in value) return value;
    if (Array.isArray(value)) return value.map(toLocal);
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toLocal(inner)]));
  };
  return {
    ...spec,
    source: toLocal(spec.source) as ModelSpec['source'],
    config: toLocal(spec.config) as ModelSpec['config'],
  };
}
