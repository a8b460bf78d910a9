/**
 * What an embedding engine must be told so that every text gets one vector, and no number of texts kills it.
 */

/** The SDK's config of an embedding model, as far as it matters here. */
export interface EmbeddingConfig {
  readonly batchSize?: number;
  readonly pooling?: string;
}

/** The SDK's default. */
const BATCH_TOKENS = 1024;
/** `llama_pooling_type` of llama.cpp: a vector per token. It is also what a model gets that names none. */
const POOLING_NONE = 0;

/**
 * The config of an embedding model, fitted to its file.
 *
 * - `batchSize` goes no further than the context. The engine packs texts into batches of that many tokens, but with
 *   causal attention llama.cpp lowers its own limit to the context and aborts the process at a larger batch
 *   (`GGML_ASSERT(n_tokens_all <= cparams.n_batch)`, embed-llamacpp 0.28).
 * - `pooling` is `mean` where neither the config nor the model names one.
 *
 * @param header the model's metadata; `undefined` leaves the config as it is.
 * @throws Error if the config asks for a vector per token, which the API has no place for.
 */
export function fitEmbeddingConfig<Config extends EmbeddingConfig>(
  config: Config,
  header: ReadonlyMap<string, string | number> | undefined,
): Config {
  if (config.pooling === 'none') {
    throw new Error("pooling 'none' gives a vector per token; say 'mean', 'cls' or 'last', or leave it out");
  }
  if (!header) return config;
  const architecture = header.get('general.architecture');
  const context = header.get(`${architecture}.context_length`);
  const pooling = header.get(`${architecture}.pooling_type`) ?? POOLING_NONE;
  const batchSize = config.batchSize ?? BATCH_TOKENS;
  return {
    ...config,
    batchSize: typeof context === 'number' ? Math.min(batchSize, context) : batchSize,
    ...(config.pooling === undefined && pooling === POOLING_NONE && { pooling: 'mean' }),
  };
}

/**
 * Tells a model that is not loaded yet its number of threads, which the SDK's plugin drops. A model that does not look
 * as expected takes what it likes: slower, never wrong.
 */
export function setThreads(model: object, threads: unknown): void {
  const { _config: engineConfig } = model as { _config?: unknown };
  if (typeof threads !== 'string' || typeof engineConfig !== 'object' || engineConfig === null) return;
  Object.assign(engineConfig, { threads });
}
