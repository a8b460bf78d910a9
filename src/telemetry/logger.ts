import { type DestinationStream, type Level, type LevelWithSilent, type Logger, pino } from 'pino';
import type { LogBuffer } from './log-buffer.js';

export type { Logger };

/** How log lines look: JSON for machines, coloured lines for a person at a terminal. */
export type LogFormat = 'json' | 'pretty';

/**
 * The program's logger.
 *
 * @param destination stdout by default.
 * @param buffer gets a copy of each line, and of those of level `info` whatever `level` says.
 */
export function createLogger(
  level: LevelWithSilent,
  destination: DestinationStream = pino.destination(1),
  buffer?: LogBuffer,
): Logger {
  const options = { base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (!buffer) return pino({ ...options, level }, destination);
  const { values } = pino.levels;
  const isQuiet = (values[level] ?? Number.POSITIVE_INFINITY) > (values.info as number);
  return pino(
    { ...options, level: isQuiet ? 'info' : level },
    pino.multistream([
      { level: level as Level, stream: destination },
      { level: 'trace', stream: buffer },
    ]),
  );
}
