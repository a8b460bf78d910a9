import type { Command } from 'commander';
import { addClientCommand, examples } from './client-command.js';

export function addPsCommand(program: Command): void {
  addClientCommand(program, 'ps', 'List the models of a running gateway and what they do.')
    .option('--json', 'print all that is known, for scripts', false)
    .addHelpText('after', examples('qvac ps', `qvac ps --json | jq '.models[].state'`))
    .action(async (options) => {
      const { ps } = await import('../ps.js');
      process.exitCode = await ps(options);
    });
}
