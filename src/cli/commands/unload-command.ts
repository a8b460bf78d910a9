import type { Command } from 'commander';
import { addClientCommand, examples } from './client-command.js';

export function addUnloadCommand(program: Command): void {
  addClientCommand(
    program,
    'unload <alias>',
    'Unload a model of a running gateway. Running calls may finish first, for 30 s.',
  )
    .option('--now', 'cancel running calls', false)
    .option('--json', "print the gateway's answer, for scripts", false)
    .addHelpText('after', examples('qvac unload my-llm', 'qvac unload my-llm --now'))
    .action(async (alias, options) => {
      const { unload } = await import('../unload.js');
      process.exitCode = await unload(alias, options);
    });
}
