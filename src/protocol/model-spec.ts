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

/** Where a model runs that does not run here. */
export interface Delegate {
  /** Of the peer that runs it: 64 lower-case hex digits. */
  readonly providerPublicKey: string;
  /** Whether it is loaded here if the peer can't be reached at its load. */
  readonly fallbackToLocal: boolean;
  /** How long connecting and the peer's load may take each, in milliseconds; `undefined` sets no limit of its own. */
  readonly timeout?: number | undefined;
}

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
  /** The peer that runs the model; `undefined` runs it here. */
  readonly delegate?: Delegate | undefined;
}

/** Whether nothing of the model is ever on this machine. */
export function isElsewhere({ delegate }: ModelSpec): boolean {
  return delegate !== undefined && !delegate.fallbackToLocal;
}

/** Whether a chat model is loaded with a projector, without which it takes no images. */
export function takesImages({ config }: ModelSpec): boolean {
  return config.projectionModelSrc !== undefined;
}
