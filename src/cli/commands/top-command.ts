import type { Command } from 'commander';
import { addClientCommand, examples } from './client-command.js';

export function addTopCommand(program: Command): void {
  addClientCommand(program, 'top', 'Watch the models of a running gateway, until q or Ctrl+C.')
    .addHelpText('after', examples('qvac top', 'qvac top --url http://gpu-box:11434'))
    .action(async (options) => {
      const { top } = await import('../top.js');
      process.exitCode = await top(options);
    });
}
