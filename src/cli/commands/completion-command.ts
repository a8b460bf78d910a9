import type { Command } from 'commander';
import { examples } from './client-command.js';

const SHELLS = ['bash', 'zsh', 'fish', 'powershell'];

/** The hidden command that the shells' scripts run at each press of Tab. */
const ASK = 'complete';

/**
 * Add it last: it completes the commands that are there.
 *
 * @param args the program's.
 */
export async function addCompletionCommand(program: Command, args: readonly string[]): Promise<void> {
  if (args[0] === 'completion' && SHELLS.includes(args[1] ?? '')) return addTab(program, []);
  if (args[0] === ASK) return addTab(program, args.slice(args.indexOf('--') + 1));
  program
    .command('completion')
    .description('Print a script that has a shell complete commands, options and aliases.')
    .argument('<shell>', `one of ${SHELLS.join(', ')}`)
    .addHelpText(
      'after',
      examples(
        'source <(qvac completion bash)',
        'qvac completion zsh > ~/.zfunc/_qvac',
        'qvac completion fish > ~/.config/fish/completions/qvac.fish',
      ),
    )
    .action((shell: string) =>
      program.error(`error: no completion for ${shell}. There is: ${SHELLS.join(', ')}.`),
    );
}

/** What does it is only loaded then. */
async function addTab(program: Command, words: readonly string[]): Promise<void> {
  const { addTabCommands } = await import('../completion.js');
  await addTabCommands(program, words);
}
