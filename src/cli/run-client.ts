import { ConfigError } from '../config/config-error.js';
import { CommandError } from './command-error.js';
import { endWithReader } from './end-with-reader.js';
import { EXIT } from './exit-codes.js';
import type { ClientOptions } from './gateway-client.js';
import { toHarmless } from './to-harmless.js';

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
    process.stderr.write(`${toHarmless(error.message)}\n`);
    return error instanceof CommandError ? error.exitCode : EXIT.failure;
  }
}

/** What a script reads. */
export function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
