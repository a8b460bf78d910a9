import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import type { ClientOptions } from './gateway-client.js';
import { readStatus } from './read-status.js';

/** Nobody waits longer for a Tab. */
const PATIENCE_MS = 500;

/** Commands whose first argument is a model of the running gateway. */
const TAKES_ALIAS = ['load', 'unload', 'logs', 'run', 'bench'];

/**
 * Adds the commands that print a shell's script and answer it.
 *
 * @param words what is being completed.
 */
export async function addTabCommands(program: Command, words: readonly string[]): Promise<void> {
  const [command = ''] = words;
  const aliases = TAKES_ALIAS.includes(command) ? await readAliases(clientIn(words)) : [];
  const completion = tab(program, { completionCommandName: 'completion' });
  const alias = completion.commands.get(command)?.arguments.get('alias');
  if (alias) {
    alias.handler = (complete) => {
      for (const name of aliases) complete(name, '');
    };
  }
}

/** Where the gateway is that the command will talk to, and with which key. */
function clientIn(words: readonly string[]): ClientOptions {
  const apiKeyFile = optionIn(words, '--api-key-file');
  return { url: optionIn(words, '--url') ?? 'http://127.0.0.1:11434', ...(apiKeyFile && { apiKeyFile }) };
}

function optionIn(words: readonly string[], name: string): string | undefined {
  const at = words.indexOf(name);
  return at < 0 ? undefined : words[at + 1] || undefined;
}

/** None if no gateway answers there. */
async function readAliases(options: ClientOptions): Promise<string[]> {
  try {
    const { models } = await readStatus(options, AbortSignal.timeout(PATIENCE_MS));
    return models.map(({ id }) => id);
  } catch {
    return [];
  }
}
