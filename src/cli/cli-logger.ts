import { createLogger, type LogFormat, type Logger } from '../telemetry/logger.js';
import { createPrettyStream } from './pretty-stream.js';
import type { ServeOptions } from './serve-options.js';

/** The log that the options ask for. The supervisor's and the gateway's look the same. */
export async function createCliLogger(
  options: Pick<ServeOptions, 'logFormat' | 'verbose'>,
): Promise<{ format: LogFormat; log: Logger }> {
  const format = options.logFormat ?? (process.stdout.isTTY ? 'pretty' : 'json');
  const level = options.verbose ? 'debug' : 'info';
  return { format, log: createLogger(level, format === 'pretty' ? await createPrettyStream() : undefined) };
}
