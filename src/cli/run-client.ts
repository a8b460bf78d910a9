import { ConfigError } from '../config/config-error.js';
import { CommandError } from './command-error.js';
import { EXIT } from './exit-codes.js';
import type { ClientOptions } from './gateway-client.js';

/** Options of a command that talks to a running gateway, as commander parses them. */
export interface ClientCommandOptions extends ClientOptions {
  /** For scripts, instead of what people read. */
  readonly json: boolean;
}

/**
 * Prints what a command has to say at its end, or why it failed. Returns the exit code.
 *
 * @param command returns nothing if it has said all that there is to say.
 */
export async function runClient(command: () => Promise<string | undefined>): Promise<number> {
  endWithReader();
  try {
    process.stdout.write((await command()) ?? '');
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error instanceof CommandError ? error.exitCode : EXIT.failure;
  }
}

/** What a script reads. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/** Whoever reads the output may have had enough (`qvac logs | head`): that is no failure. */
function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(EXIT.ok);
  });
}
