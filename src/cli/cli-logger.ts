import type { LogBuffer } from '../telemetry/log-buffer.js';
import { createLogger, type LogFormat, type Logger } from '../telemetry/logger.js';
import { createPrettyStream } from './pretty-stream.js';
import type { ServeOptions } from './serve-options.js';

/**
 * The log that the options ask for. The supervisor's and the gateway's look the same.
 *
 * @param buffer gets a copy of each line.
 */
export async function createCliLogger(
  options: Pick<ServeOptions, 'logFormat' | 'logLevel' | 'verbose'>,
  buffer?: LogBuffer,
): Promise<{ format: LogFormat; log: Logger }> {
  const format = options.logFormat ?? (process.stdout.isTTY ? 'pretty' : 'json');
  const level = options.verbose ? 'debug' : options.logLevel;
  const destination = format === 'pretty' ? await createPrettyStream() : undefined;
  return { format, log: createLogger(level, destination, buffer) };
}
