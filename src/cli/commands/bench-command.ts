import type { Command } from 'commander';
import { addClientCommand, examples } from './client-command.js';
import { parseCount } from './option-parsers.js';

export function addBenchCommand(program: Command): void {
  addClientCommand(program, 'bench <alias>', 'Measure how fast a chat model of a running gateway answers.')
    .option('--requests <count>', 'questions to ask', parseCount(1, 100_000), 20)
    .option('--concurrency <count>', 'questions at a time', parseCount(1, 1_000), 1)
    .option('--max-tokens <count>', 'most tokens of an answer', parseCount(1, 100_000), 64)
    .option('--json', 'for scripts', false)
    .addHelpText('after', examples('qvac bench my-llm', 'qvac bench my-llm --requests 100 --concurrency 8'))
    .action(async (alias, options) => {
      const { bench } = await import('../bench/bench.js');
      process.exitCode = await bench(alias, options);
    });
}
