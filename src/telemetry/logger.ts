import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger };

/** How log lines look: JSON for machines, coloured lines for a person at a terminal. */
export type LogFormat = 'json' | 'pretty';

/** The program's logger. `destination` defaults to stdout. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    destination ?? pino.destination(1),
  );
}
