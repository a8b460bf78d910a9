import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import type { GatewayStatus } from '../protocol/status.js';
import { askGateway } from './gateway-client.js';

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
  const aliases = TAKES_ALIAS.includes(command) ? await readAliases(urlIn(words)) : [];
  const completion = tab(program, { completionCommandName: 'completion' });
  const alias = completion.commands.get(command)?.arguments.get('alias');
  if (alias) {
    alias.handler = (complete) => {
      for (const name of aliases) complete(name, '');
    };
  }
}

/** Where the gateway is that the command will talk to. */
function urlIn(words: readonly string[]): string {
  const at = words.indexOf('--url');
  return (at >= 0 && words[at + 1]) || 'http://127.0.0.1:11434';
}

/** None if no gateway answers there. */
async function readAliases(url: string): Promise<string[]> {
  try {
    const options = { url };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { models } = await askGateway<GatewayStatus>(options, 'GET', '/qvac/v1/status', { signal });
    return models.map(({ id }) => id);
  } catch {
    return [];
  }
}
