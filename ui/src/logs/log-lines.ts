import { signal } from '@preact/signals';
import { KEPT_STREAM_MS, readFrames } from '../api/read-frames.js';
import { ApiFailure, send } from '../api/send.js';
import { whileWatched } from '../gateway/while-watched.js';
import { oncePerFrame } from '../page/once-per-frame.js';

/** Lines that are shown, and asked for at first. */
const MOST_LINES = 300;

const PAUSE_MS = 3_000;

/** A line of the gateway's log. */
export interface LogLine {
  /** Counts the lines that this page has got. */
  readonly number: number;
  readonly time: string;
  readonly level: string;
  readonly model: string | undefined;
  readonly msg: string;
  /** All else, as JSON; empty if there is nothing. */
  readonly details: string;
}

export const logLines = signal<readonly LogLine[]>([]);

/** Why there is no log to read. */
export const logFailure = signal<ApiFailure | undefined>();

/**
 * Reads the log as it is written, while somebody looks at the page.
 *
 * @param model alias of the model whose lines are wanted; empty for all.
 * @returns a function that ends it.
 */
export function watchLog(model: string): () => void {
  return whileWatched(async (signal) => {
    const query = new URLSearchParams({ follow: 'true', limit: String(MOST_LINES) });
    if (model !== '') query.set('model', model);
    const response = await send(`/qvac/v1/logs?${query}`, { signal }).catch((error: unknown) => {
      if (error instanceof ApiFailure) logFailure.value = error;
      throw error;
    });
    logFailure.value = undefined;
    let lines: readonly LogLine[] = []; // it begins with those that were there
    const shown = oncePerFrame(() => {
      if (!signal.aborted) logLines.value = lines;
    });
    shown.now();
    for await (const frame of readFrames(response, KEPT_STREAM_MS)) {
      const number = (lines.at(-1)?.number ?? 0) + 1;
      lines = [...lines.slice(1 - MOST_LINES), toLogLine(frame, number)];
      shown.soon();
    }
  }, PAUSE_MS);
}

function toLogLine(frame: string, number: number): LogLine {
  const { time, level, model, msg, ...rest } = JSON.parse(frame) as Omit<LogLine, 'number' | 'details'>;
  const details = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return { number, time, level, model, msg, details: details.join(' ') };
}
