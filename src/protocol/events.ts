import type { ErrorData } from './errors.js';

/** What a worker tells of its model, on the port that came with `load`. */
export type LifeEvent =
  | { readonly type: 'process-started'; readonly pid: number }
  /** What the engine logs while it loads, if `load` asked for it. */
  | { readonly type: 'load-log'; readonly level: string; readonly source: string; readonly message: string }
  | { readonly type: 'loaded' }
  | { readonly type: 'load-failed'; readonly error: ErrorData }
  | {
      readonly type: 'process-exited';
      readonly exitCode: number | null;
      readonly signal: string | null;
      /** The last of what the process wrote to stderr: a native abort says there why. */
      readonly stderrTail: string;
    };

/** Token counts of a call, by the engine. */
export interface Usage {
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Of the prompt's tokens, those that came from a cache. */
  readonly cachedTokens: number;
}

/** Why a generation ended: by itself or at a stop text, at the limit of tokens, or with calls of tools. */
export type FinishReason = 'stop' | 'length' | 'tool_calls';

/** What streams back from a chat call; `end` is the last. */
export type ChatEvent =
  | { readonly type: 'text-delta'; readonly text: string }
  | { readonly type: 'thinking-delta'; readonly text: string }
  | {
      readonly type: 'tool-call';
      readonly id: string;
      readonly name: string;
      /** As JSON. */
      readonly arguments: string;
    }
  | { readonly type: 'end'; readonly finishReason: FinishReason; readonly usage: Usage };

/** What streams back from a transcription; `end` is the last, and all. */
export type TranscribeEvent = { readonly type: 'end'; readonly text: string };

/** What streams back from an embedding call; `end` is the last. */
export type EmbedEvent =
  /** The vectors of the next texts, one after another, `size` numbers each. */
  | { readonly type: 'vectors'; readonly size: number; readonly values: Float32Array }
  | { readonly type: 'end'; readonly promptTokens: number };

/** What streams back from a download; `end` is the last. */
export type DownloadEvent =
  | { readonly type: 'progress'; readonly downloadedBytes: number; readonly totalBytes: number }
  | { readonly type: 'end' };

/**
 * What ends a call of any kind instead of its `end`. Either is sent when the engine has let go of the call. A port that
 * closes before means that the worker died.
 */
export type CallFailure =
  | { readonly type: 'cancelled' }
  | { readonly type: 'error'; readonly error: ErrorData };
