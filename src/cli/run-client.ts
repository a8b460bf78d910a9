import { ConfigError } from '../config/config-error.js';
import { CommandError } from './command-error.js';
import { EXIT } from './exit-codes.js';

/** Prints what a command has to say, or why it failed. Returns the exit code. */
export async function runClient(command: () => Promise<string>): Promise<number> {
  try {
    process.stdout.write(await command());
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof CommandError || error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return error instanceof CommandError ? error.exitCode : EXIT.failure;
  }
}
