import type { Command } from 'commander';
import { addClientCommand, examples } from './client-command.js';

export function addRunCommand(program: Command): void {
  addClientCommand(
    program,
    'run <alias> [prompt]',
    'Ask a chat model of a running gateway. Without a prompt, talk with it; or it reads what is piped into it.',
  )
    .option('--system <text>', 'what the model is told beforehand')
    .option('-v, --verbose', 'say on stderr how fast the answer was', false)
    .option('--json', 'print the answer and its numbers when it is complete, for scripts', false)
    .addHelpText(
      'after',
      examples(
        'qvac run my-llm',
        'qvac run my-llm "Why is the sky blue?" -v',
        'git diff | qvac run my-llm --system "Write a commit message."',
      ),
    )
    .action(async (alias, prompt, options) => {
      const { run } = await import('../chat/run.js');
      process.exitCode = await run(alias, prompt, options);
    });
}
