import type { ModelType } from '../protocol/model-types.js';

/** What an engine's process takes with a model of next to nothing: 94 to 115 MB were measured. */
const PROCESS_BYTES = 100 * 1024 * 1024;

/** The SDK's default. */
const CONTEXT_TOKENS = 1024;

/** Of a number in the KV cache, by llama.cpp's names; a block's scale included. */
const CACHE_TYPE_BYTES: Readonly<Record<string, number>> = {
  f32: 4,
  q8_0: 34 / 32,
  q5_1: 24 / 32,
  q5_0: 22 / 32,
  q4_1: 20 / 32,
  q4_0: 18 / 32,
  iq4_nl: 18 / 32,
};
const F16_BYTES = 2;

/** What is known of a model before it is loaded. */
export interface ModelFacts {
  readonly type: ModelType;
  readonly config: Readonly<Record<string, unknown>>;
  readonly replicas: number;
  /** Of its weights and of all files that its config names, as far as they are known. */
  readonly fileBytes: number;
  /** The metadata of its weights, if they are a GGUF file that is there. */
  readonly header: ReadonlyMap<string, string | number> | undefined;
}

/** Bytes that a model is likely to take, all its replicas together. What the engine computes in is not foreseen. */
export function estimateMemory({ type, config, replicas, fileBytes, header }: ModelFacts): number {
  const cacheBytes = type === 'llamacpp-completion' && header ? kvCacheBytes(config, header) : 0;
  return Math.ceil(replicas * (PROCESS_BYTES + fileBytes + cacheBytes));
}

/** As if each layer attended to the whole context: more than a model with a sliding window takes. */
function kvCacheBytes(config: ModelFacts['config'], header: NonNullable<ModelFacts['header']>): number {
  const architecture = header.get('general.architecture');
  const number = (key: string): number | undefined => {
    const value = header.get(`${architecture}.${key}`);
    return typeof value === 'number' ? value : undefined;
  };
  const layers = number('block_count') ?? 0;
  const heads = number('attention.head_count') ?? 0;
  const keyHeads = number('attention.head_count_kv') ?? heads;
  const headSize = heads > 0 ? (number('embedding_length') ?? 0) / heads : 0;
  const keyBytes = (number('attention.key_length') ?? headSize) * numberBytes(config['cache-type-k']);
  const valueBytes = (number('attention.value_length') ?? headSize) * numberBytes(config['cache-type-v']);
  const written = typeof config.ctx_size === 'number' ? config.ctx_size : CONTEXT_TOKENS;
  const context = written > 0 ? written : (number('context_length') ?? CONTEXT_TOKENS);
  return layers * context * keyHeads * (keyBytes + valueBytes);
}

function numberBytes(cacheType: unknown): number {
  return CACHE_TYPE_BYTES[String(cacheType).toLowerCase()] ?? F16_BYTES;
}
