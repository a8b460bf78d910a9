import type { ChatPart } from './stream-chat.js';

/** How long an answer took, and what it was. */
export interface Answer {
  readonly text: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** From the question to the first part. `undefined` if none came. */
  readonly firstTokenMs: number | undefined;
  /** From the first part to the last. */
  readonly streamMs: number;
  /** Between one part and the next, each. */
  readonly gapsMs: readonly number[];
}

/**
 * Takes an answer to its end.
 *
 * @param onText told of each part of its text, and of what a model thinks before it.
 */
export async function takeAnswer(
  parts: AsyncIterable<ChatPart>,
  onText: (text: string, type: 'text' | 'thinking') => void = () => {},
): Promise<Answer> {
  const askedAt = performance.now();
  const partsAt: number[] = [];
  let text = '';
  let [promptTokens, completionTokens] = [0, 0];
  for await (const part of parts) {
    if (part.type === 'usage') {
      ({ promptTokens, completionTokens } = part);
      continue;
    }
    partsAt.push(performance.now());
    if (part.type === 'text') text += part.text;
    onText(part.text, part.type);
  }
  const [first = askedAt] = partsAt;
  return {
    text,
    promptTokens,
    completionTokens,
    firstTokenMs: partsAt.length > 0 ? first - askedAt : undefined,
    streamMs: (partsAt.at(-1) ?? first) - first,
    gapsMs: partsAt.slice(1).map((at, index) => at - (partsAt[index] as number)),
  };
}

/** Tokens per second once the first had come; `undefined` for answers that are too short to tell. */
export function answerRate({ completionTokens, streamMs }: Answer): number | undefined {
  if (completionTokens < 2 || streamMs <= 0) return undefined;
  return ((completionTokens - 1) * 1000) / streamMs;
}
