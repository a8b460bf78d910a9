import type { Command } from 'commander';
import { addClientCommand, examples } from './client-command.js';

export function addLoadCommand(program: Command): void {
  addClientCommand(program, 'load <alias>', 'Load a model of a running gateway; ends when it is ready.')
    .option('--json', "print the gateway's answer, for scripts", false)
    .addHelpText('after', examples('qvac load my-llm'))
    .action(async (alias, options) => {
      const { load } = await import('../load.js');
      process.exitCode = await load(alias, options);
    });
}
