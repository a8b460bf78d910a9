/**
 * Texts of one call to the engine. It decodes up to 256 texts at once (llama.cpp's LLAMA_MAX_SEQ) and fails with 257,
 * however short. Fewer, so that a cancelled call frees the engine soon.
 */
export const BATCH_TEXTS = 64;

/** Characters of one call to the engine: a few seconds of a large model's work on a CPU. */
export const BATCH_CHARS = 32 * 1024;

/** Some of the texts of a call. */
export interface EmbedBatch {
  /** Index of the first among all texts. */
  readonly first: number;
  readonly texts: readonly string[];
}

/** Cuts texts into batches, in their order. A text is never cut: one that is too long has a batch of its own. */
export function toEmbedBatches(texts: readonly string[]): EmbedBatch[] {
  const batches: { first: number; texts: string[] }[] = [];
  let chars = 0;
  for (const [index, text] of texts.entries()) {
    const last = batches.at(-1);
    chars += text.length;
    if (last && last.texts.length < BATCH_TEXTS && chars <= BATCH_CHARS) {
      last.texts.push(text);
    } else {
      batches.push({ first: index, texts: [text] });
      chars = text.length;
    }
  }
  return batches;
}
