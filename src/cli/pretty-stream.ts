import type { DestinationStream } from 'pino';
import type { PrettyOptions } from 'pino-pretty';

/** How log lines look to people. */
export const PRETTY: PrettyOptions = {
  translateTime: 'SYS:HH:MM:ss',
  ignore: 'pid,hostname',
  singleLine: true,
};

/** Log lines for a person at a terminal. Loaded only then. */
export async function createPrettyStream(): Promise<DestinationStream> {
  const { default: pretty } = await import('pino-pretty');
  return pretty({ ...PRETTY, sync: true });
}
