import type { Command } from 'commander';
import { addClientCommand, examples } from './client-command.js';
import { parseCount } from './option-parsers.js';

export function addLogsCommand(program: Command): void {
  addClientCommand(program, 'logs [alias]', 'Show the log of a running gateway, of all or of one model.')
    .option('-f, --follow', 'go on with the lines that come, until Ctrl+C', false)
    .option('-n, --lines <count>', 'show so many of the last lines, at most 1000', parseCount(0, 1_000), 100)
    .option('--json', 'print the lines as JSON, one a line', false)
    .addHelpText('after', examples('qvac logs -f', 'qvac logs my-llm -n 20', `qvac logs --json | jq .msg`))
    .action(async (alias, options) => {
      const { logs } = await import('../logs.js');
      process.exitCode = await logs(alias, options);
    });
}
