import type { DestinationStream } from 'pino';

/** Log lines for a person at a terminal. Loaded only then. */
export async function createPrettyStream(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ sync: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname', singleLine: true });
}
