import { pino } from 'pino';

/** A line of the log, as others see it. */
export interface LogLine {
  /** In ISO 8601. */
  readonly time: string;
  /** `fatal`, `error`, `warn`, `info`, `debug` or `trace`. */
  readonly level: string;
  /** Alias of the model that it is about, if it is about one. */
  readonly model?: string;
  readonly msg: string;
  readonly [key: string]: unknown;
}

/** A line as pino writes it, with its level by name instead of number. */
export function parseLogLine(text: string): LogLine {
  const { time, level, ...rest } = JSON.parse(text) as { time: string; level: number; msg: string };
  return { time, level: pino.levels.labels[level] ?? String(level), ...rest };
}
