import { quantile } from './statistics.js';

/** One call that is timed. */
export interface TimedCall {
  /** Tokens to generate. */
  readonly tokens: number;
  /** Token by token, or all at the end. */
  readonly stream: boolean;
}

/** When a call's output came, in milliseconds since the call was made. */
export interface Timing {
  /** Tokens generated: as many as were asked for. */
  readonly tokens: number;
  /** Each piece of text, as its reader saw it; one when the call does not stream. */
  readonly textMs: readonly number[];
  /** The call's end. */
  readonly endMs: number;
  /** What the engine itself says of its first token, where the side tells it. */
  readonly engineFirstTokenMs?: number;
}

/** A way to the engine, with one model loaded. */
export interface Side {
  /** Asks the model. Throws if it did not generate exactly `tokens`. */
  ask(call: TimedCall): Promise<Timing>;
  stop(): Promise<void>;
}

/** A server that runs as a child, with its models loaded. */
export interface BenchServer {
  /** One for each client of each model, in order, each over a kept-alive connection of its own. */
  readonly asks: readonly Side['ask'][];
  stop(): Promise<void>;
}

/** What every side is asked. */
export const PROMPT = 'Please count for me.';

/** Load settings of a model on every side. */
export const MODEL_CONFIG = { device: 'cpu', ctx_size: 2048 } as const;

/**
 * llama.cpp's threads where sides are compared. Threads of a model go on spinning for a while after its call, against
 * the next side's: with two threads on two cores the first tokens of all sides jump between 5 and 800 ms.
 */
export const COMPARED_THREADS = 1;

/** The first text of a stream, or all of an answer that does not stream, in milliseconds since the call. */
export function firstTextMs({ textMs }: Timing): number {
  const [first] = textMs;
  if (first === undefined) throw new Error('a call brought no text');
  return first;
}

/** Tokens that streams which began together made per second: from the call to the last text of the slowest. */
export function tokensPerSecond(streams: readonly Timing[]): number {
  const lastMs = Math.max(...streams.map(({ textMs }) => textMs.at(-1) ?? Number.NaN));
  return streams.reduce((sum, { tokens }) => sum + tokens, 0) / (lastMs / 1_000);
}

/** Milliseconds between one text and the next. */
function gapsMs({ textMs }: Timing): number[] {
  return textMs.slice(1).map((at, index) => at - (textMs[index] ?? at));
}

/** The gaps' median or another quantile, of all rounds and streams. */
export function gapMs(rounds: readonly (readonly Timing[])[], q: number): number {
  return quantile(rounds.flat().flatMap(gapsMs), q);
}
