import type { ModelType } from './model-types.js';

/** A model of the SDK's registry, as the SDK's constants describe it. Passed to the SDK as it is. */
export interface RegistryModel {
  readonly name: string;
  readonly src: string;
  readonly [field: string]: unknown;
}

/**
 * Where a model's weights come from: an absolute path, a `http(s)://`, `pear://` or `registry://` URL,
 * or a model of the SDK's registry.
 */
export type ModelSource = string | RegistryModel;

/** What a worker needs to load a model. Plain data: it crosses a thread boundary. */
export interface ModelSpec {
  readonly alias: string;
  readonly type: ModelType;
  readonly source: ModelSource;
  /** Of `source`, in lower-case hex: it is checked when that was downloaded. */
  readonly sha256?: string;
  /** The SDK's `modelConfig`, already checked against the SDK's schema, and our own `threads` for llama.cpp. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What the conversations that a chat model keeps may have on disk; `undefined` keeps none. */
  readonly kvCacheBytes?: number | undefined;
}

/** Whether a chat model is loaded with a projector, without which it takes no images. */
export function takesImages({ config }: ModelSpec): boolean {
  return config.projectionModelSrc !== undefined;
}
