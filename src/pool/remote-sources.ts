import type { ModelSource, ModelSpec, RegistryModel } from '../protocol/model-spec.js';

const REMOTE = /^(https?|pear|registry):\/\//i;

/** All that must be downloaded before the model can be loaded: its weights, and further models that its config names. */
export function remoteSources({ source, config }: ModelSpec): ModelSource[] {
  return [source, ...Object.values(config)].flatMap(collect);
}

function collect(value: unknown): ModelSource[] {
  if (typeof value === 'string') return REMOTE.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  const { src } = value as Partial<RegistryModel>;
  if (typeof src === 'string') return REMOTE.test(src) ? [value as RegistryModel] : [];
  return Object.values(value).flatMap(collect);
}
