import type { Command } from 'commander';
import { parseUrl } from './option-parsers.js';

/** A command that talks to a running gateway. */
export function addClientCommand(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .option('--url <url>', 'where the gateway is', parseUrl, 'http://127.0.0.1:11434')
    .option('--api-key-file <path>', 'file whose first key is sent (default: what QVAC_API_KEY holds)');
}

/** What a command's help ends with. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join('')}`;
}
