/** A text that the engine refuses for its length. */
export interface EmbedOverflow {
  /** Place of the text in its batch, if the engine tells it. */
  readonly index: number | undefined;
  readonly tokens: number;
  /** Most tokens that it takes, and what sets this limit. */
  readonly limit: number;
  readonly limitedBy: 'context' | 'batchSize';
}

/** The engine's own words, untyped in SDK 0.16 and embed-llamacpp 0.28. */
const CONTEXT =
  /context overflow: number of tokens in (?:sequence|prompt) (\d+) \((\d+)\) exceeds effective context size \((\d+)\)/;
const BATCH = /batch overflow: number of tokens in input line \((\d+)\) exceeds batch size \((\d+)\)/;

/** What an error of the engine says about a text that is too long; `undefined` if it is about something else. */
export function toEmbedOverflow(error: unknown): EmbedOverflow | undefined {
  const reason = error instanceof Error ? error.message : String(error);
  const context = CONTEXT.exec(reason);
  if (context) {
    const [index = 0, tokens = 0, limit = 0] = context.slice(1).map(Number);
    return { index, tokens, limit, limitedBy: 'context' };
  }
  const batch = BATCH.exec(reason);
  if (batch) {
    const [tokens = 0, limit = 0] = batch.slice(1).map(Number);
    return { index: undefined, tokens, limit, limitedBy: 'batchSize' };
  }
  return undefined;
}
