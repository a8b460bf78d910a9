import type { Command } from 'commander';
import { addClientCommand, examples } from './client-command.js';

export function addReloadCommand(program: Command): void {
  addClientCommand(program, 'reload', 'Have a running gateway read its config again.')
    .option('--json', "print the gateway's answer, for scripts", false)
    .addHelpText('after', examples('qvac reload'))
    .action(async (options) => {
      const { reload } = await import('../reload.js');
      process.exitCode = await reload(options);
    });
}
