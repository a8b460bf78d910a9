import type { Logger } from '../telemetry/logger.js';
import { EXIT } from './exit-codes.js';

/**
 * Ends the process, with the reason in the log, when something is thrown or rejected that nobody catches: nobody knows
 * what state it is in then. A supervisor starts it anew.
 */
export function endOnBug(log: Logger): void {
  process.on('uncaughtException', (error, origin) => {
    log.fatal({ err: error, origin }, 'gateway failed');
    process.exit(EXIT.failure);
  });
}
