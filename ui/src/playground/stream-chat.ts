import { readFrames } from '../api/read-frames.js';
import { ApiFailure, send } from '../api/send.js';

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What is asked of a model; what is `undefined` is left to it. */
export interface ChatQuestion {
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  readonly temperature: number | undefined;
  readonly max_tokens: number | undefined;
}

/** How a reply went. */
export interface ChatFigures {
  /** From the question to the first part; `undefined` if nothing came. */
  readonly firstTokenMs: number | undefined;
  /** Of the reply after its first token; `undefined` if it is too short to tell. */
  readonly tokensPerSecond: number | undefined;
  /** By the engine. */
  readonly tokens: number | undefined;
  /** As the API says it: `stop`, `length`, … */
  readonly finishReason: string | undefined;
}

/** What comes in less time has come together, and would seem to be endlessly fast. */
const LEAST_MS = 30;

interface Chunk {
  readonly error?: { readonly code: string; readonly message: string };
  readonly choices?: readonly {
    readonly delta: { readonly content?: string | null; readonly reasoning_content?: string | null };
    readonly finish_reason: string | null;
  }[];
  readonly usage?: { readonly completion_tokens: number } | null;
}

/**
 * Asks a model and gives the reply as it comes.
 *
 * @throws {ApiFailure} also of what goes wrong in the middle; or the signal's reason.
 */
export async function streamChat(
  question: ChatQuestion,
  signal: AbortSignal,
  onPart: (text: string, thinking: string) => void,
): Promise<ChatFigures> {
  const askedAt = performance.now();
  let firstAt: number | undefined;
  let lastAt = askedAt;
  let tokens: number | undefined;
  let finishReason: string | undefined;
  const body = { ...question, stream: true, stream_options: { include_usage: true } };
  for await (const frame of readFrames(
    await send('/v1/chat/completions', { method: 'POST', body, signal }),
  )) {
    if (frame === '[DONE]') break;
    const { error, choices, usage } = JSON.parse(frame) as Chunk;
    if (error) throw new ApiFailure(error.code, error.message);
    tokens = usage?.completion_tokens ?? tokens;
    const choice = choices?.[0];
    if (!choice) continue;
    finishReason = choice.finish_reason ?? finishReason;
    const { content, reasoning_content: thinking } = choice.delta;
    if (!content && !thinking) continue;
    lastAt = performance.now();
    firstAt ??= lastAt;
    onPart(content ?? '', thinking ?? '');
  }
  const restMs = lastAt - (firstAt ?? lastAt);
  return {
    firstTokenMs: firstAt && firstAt - askedAt,
    tokensPerSecond: tokens !== undefined && restMs >= LEAST_MS ? (1000 * (tokens - 1)) / restMs : undefined,
    tokens,
    finishReason,
  };
}
