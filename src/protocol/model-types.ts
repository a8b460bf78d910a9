/**
 * The SDK's model types, and what each serves. Kept as data here so that neither the gateway process nor
 * a unit test loads the SDK; `test/unit/protocol/model-types.test.ts` holds it against the SDK's own list.
 */

/** Canonical model types of `@qvac/sdk` 0.16, written `engine-usecase`. */
export const MODEL_TYPES = [
  'llamacpp-completion',
  'llamacpp-embedding',
  'whispercpp-transcription',
  'bci-whispercpp-transcription',
  'parakeet-transcription',
  'nmtcpp-translation',
  'tts-ggml',
  'ggml-ocr',
  'sdcpp-generation',
  'ggml-vla',
  'ggml-classification',
] as const;

export type ModelType = (typeof MODEL_TYPES)[number];

/** Short names that a config may use, as the SDK's own aliases. */
export const MODEL_TYPE_ALIASES = {
  llm: 'llamacpp-completion',
  embeddings: 'llamacpp-embedding',
  whisper: 'whispercpp-transcription',
  bci: 'bci-whispercpp-transcription',
  parakeet: 'parakeet-transcription',
  nmt: 'nmtcpp-translation',
  tts: 'tts-ggml',
  'onnx-tts': 'tts-ggml',
  ocr: 'ggml-ocr',
  diffusion: 'sdcpp-generation',
  vla: 'ggml-vla',
  classification: 'ggml-classification',
} as const satisfies Record<string, ModelType>;

/** What a model is for, seen from the API: each category has its own endpoint and its own default model. */
export type Category =
  | 'chat'
  | 'embeddings'
  | 'transcription'
  | 'translation'
  | 'speech'
  | 'ocr'
  | 'image'
  | 'action'
  | 'classification';

const CATEGORIES: Readonly<Record<ModelType, Category>> = {
  'llamacpp-completion': 'chat',
  'llamacpp-embedding': 'embeddings',
  'whispercpp-transcription': 'transcription',
  'bci-whispercpp-transcription': 'transcription',
  'parakeet-transcription': 'transcription',
  'nmtcpp-translation': 'translation',
  'tts-ggml': 'speech',
  'ggml-ocr': 'ocr',
  'sdcpp-generation': 'image',
  'ggml-vla': 'action',
  'ggml-classification': 'classification',
};

/** All categories. */
export const MODEL_CATEGORIES: readonly Category[] = [...new Set(Object.values(CATEGORIES))];

/** Those that the gateway has an endpoint for. */
export const SERVED_CATEGORIES: readonly Category[] = ['chat', 'embeddings', 'transcription'];

/** The endpoint category of a model type. */
export function categoryOf(type: ModelType): Category {
  return CATEGORIES[type];
}

/** The canonical type for a canonical or short name, or `undefined` if the SDK has no such type. */
export function toModelType(name: string): ModelType | undefined {
  const canonical = MODEL_TYPES.find((type) => type === name);
  if (canonical) return canonical;
  return Object.hasOwn(MODEL_TYPE_ALIASES, name)
    ? MODEL_TYPE_ALIASES[name as keyof typeof MODEL_TYPE_ALIASES]
    : undefined;
}
