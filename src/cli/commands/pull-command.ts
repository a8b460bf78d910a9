import type { Command } from 'commander';

export function addPullCommand(program: Command): void {
  program
    .command('pull <model>')
    .description('Download the files of a model, by its alias in the config or by its constant of the SDK.')
    .option('-c, --config <path>', 'config file (default: qvac.config.* from this folder upward)')
    .option('--json', 'print a line of JSON for each report of progress, for scripts', false)
    .addHelpText(
      'after',
      `
Examples:
  $ qvac pull my-llm
  $ qvac pull QWEN3_600M_INST_Q4

What is there already is not downloaded again, and a download that was stopped
goes on. No gateway is needed.`,
    )
    .action(async (model, options) => {
      const { pull } = await import('../pull.js');
      process.exitCode = await pull(model, options);
    });
}
