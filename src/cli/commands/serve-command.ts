import { type Command, Option } from 'commander';
import { LOG_LEVELS } from '../../telemetry/log-level.js';
import type { Manifest } from './manifest.js';
import { collect, parseLogLevel, parsePort, parseSeconds } from './option-parsers.js';

export function addServeCommand(program: Command, { version }: Manifest): void {
  const serve = program.command('serve').description('Run a server.');

  serve
    .command('openai')
    .description('Run the OpenAI-compatible HTTP server.')
    .option('-c, --config <path>', 'config file (default: qvac.config.* from this folder upward)')
    .option('-p, --port <number>', 'port to listen on; 0 takes a free one (default: 11434)', parsePort)
    .option('-H, --host <address>', 'address to bind to (default: 127.0.0.1)')
    .option(
      '--api-key <key>',
      'key that clients must send (repeatable). Everyone on this machine can see it in ps: prefer --api-key-file',
      collect,
      [],
    )
    .option(
      '--api-key-file <path>',
      'file with the keys that clients must send: "key" or "name: key" per line',
    )
    .option('--allow-unauthenticated', 'listen beyond this machine without any key', false)
    .option('--cors', 'let web pages of any origin call the API', false)
    .option(
      '--cors-origin <origin>',
      'let those of this origin call it, as https://app.example.com (repeatable)',
      collect,
      [],
    )
    .option('--model <alias>', 'model to preload; must be in the config (repeatable)', collect, [])
    .addOption(
      new Option(
        '--log-format <format>',
        'how log lines look (default: pretty at a terminal, else json)',
      ).choices(['pretty', 'json']),
    )
    .option(
      '--shutdown-timeout <seconds>',
      'how long running calls may take to finish after SIGTERM or Ctrl+C',
      parseSeconds,
      30,
    )
    .option('--watch', 'read the config again whenever its file has changed', false)
    .option('--no-supervisor', 'no second process that restarts the gateway when it dies')
    .option(
      '--log-prompts',
      'log what clients ask and what models answer, cut to 8,192 characters each',
      false,
    )
    .addOption(
      new Option('--log-level <level>', 'least level of what is logged')
        .choices(LOG_LEVELS)
        .argParser(parseLogLevel)
        .env('LOG_LEVEL')
        .default('info'),
    )
    .option('-v, --verbose', 'more detail in the log: level debug', false)
    .addHelpText(
      'after',
      `
Examples:
  $ qvac serve openai
  $ qvac serve openai -c my.config.ts --model my-llm
  $ curl http://127.0.0.1:11434/v1/models

Without a config it serves the built-in demo model. One more key may be in the
environment, as QVAC_API_KEY.

Models are declared in the config under serve.models; see docs/configuration.md.`,
    )
    .action(async (options) => {
      const { serveOpenai } = await import('../serve-openai.js');
      process.exitCode = await serveOpenai(options, version);
    });
}
