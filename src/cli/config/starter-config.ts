/** A model to begin with. */
export interface StarterModel {
  readonly alias: string;
  /** A constant of the SDK, or a file of GGUF. */
  readonly entry: string | { readonly src: string; readonly type: 'llm' };
}

/** What a person wants of a first config. */
export interface StarterWishes {
  readonly models: readonly StarterModel[];
  /** The usual one if it is `undefined`. */
  readonly port?: number | undefined;
  readonly apiKey?: string | undefined;
}

/** Good ones of each kind and size, each for machines of its size. A test holds them against the SDK's catalogue. */
export const SUGGESTED_MODELS: readonly { readonly alias: string; readonly entry: string }[] = [
  { alias: 'qwen3-0.6b', entry: 'QWEN3_600M_INST_Q4' },
  { alias: 'qwen3-1.7b', entry: 'QWEN3_1_7B_INST_Q4' },
  { alias: 'qwen3-4b', entry: 'QWEN3_4B_INST_Q4_K_M' },
  { alias: 'qwen3-8b', entry: 'QWEN3_8B_INST_Q4_K_M' },
  { alias: 'embeddinggemma', entry: 'EMBEDDINGGEMMA_300M_Q8_0' },
  { alias: 'whisper-small', entry: 'WHISPER_SMALL_Q8_0' },
  { alias: 'parakeet', entry: 'PARAKEET_TDT_0_6B_V3_Q8_0' },
];

/** Without anybody to ask: a small chat model. */
export const DEFAULT_WISHES: StarterWishes = { models: SUGGESTED_MODELS.slice(0, 1) };

/**
 * The text of a first config.
 *
 * @param schema where an editor finds what there is to write.
 */
export function toStarterConfig({ models, port, apiKey }: StarterWishes, schema: string): string {
  const config = {
    $schema: schema,
    serve: {
      ...(port !== undefined && { port }),
      ...(apiKey !== undefined && { apiKeys: [apiKey] }),
      models: Object.fromEntries(models.map(({ alias, entry }) => [alias, entry])),
    },
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}
