#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Command, InvalidArgumentError, Option } from 'commander';
import { LOG_LEVELS, type LogLevel } from '../telemetry/log-level.js';
import { EXIT } from './exit-codes.js';

const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string };

const program = new Command('qvac')
  .description(
    'Serves several local models at once over an OpenAI-compatible API, each in a worker of its own.',
  )
  .version(version, '-V, --version')
  .configureHelp({ sortSubcommands: true })
  // A mistyped --api-key=<key> must not end up in a log.
  .configureOutput({ outputError: (message, write) => write(message.replace(/(--[\w-]+)=[^']*/g, '$1')) })
  .showHelpAfterError('Run with --help to see what there is.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT.usage));

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
  .option('--api-key-file <path>', 'file with the keys that clients must send: "key" or "name: key" per line')
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
  .option('--no-supervisor', 'no second process that restarts the gateway when it dies')
  .option('--log-prompts', 'log what clients ask and what models answer, cut to 8,192 characters each', false)
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
  $ qvac serve openai                      serve the models of qvac.config.json, or the built-in demo model
  $ qvac serve openai -c my.config.ts --model my-llm
  $ curl http://127.0.0.1:11434/v1/models

One more key may be in the environment, as QVAC_API_KEY.

Models are declared in the config under serve.models; see docs/configuration.md.`,
  )
  .action(async (options) => {
    const { serveOpenai } = await import('./serve-openai.js');
    process.exitCode = await serveOpenai(options, version);
  });

program
  .command('pull <model>')
  .description('Download the files of a model, by its alias in the config or by its constant of the SDK.')
  .option('-c, --config <path>', 'config file (default: qvac.config.* from this folder upward)')
  .option('--json', 'print a line of JSON for each report of progress, for scripts', false)
  .action(async (model, options) => {
    const { pull } = await import('./pull.js');
    process.exitCode = await pull(model, options);
  });

/** A command that talks to a running gateway. */
const client = (name: string, description: string): Command =>
  program
    .command(name)
    .description(description)
    .option('--url <url>', 'where the gateway is', parseUrl, 'http://127.0.0.1:11434')
    .option('--api-key-file <path>', 'file whose first key is sent (default: what QVAC_API_KEY holds)');

client('ps', 'List the models of a running gateway and what they do.')
  .option('--json', 'print all that is known, for scripts', false)
  .action(async (options) => {
    const { ps } = await import('./ps.js');
    process.exitCode = await ps(options);
  });

client('load <alias>', 'Load a model of a running gateway; ends when it is ready.').action(
  async (alias, options) => {
    const { load } = await import('./load.js');
    process.exitCode = await load(alias, options);
  },
);

client('unload <alias>', 'Unload a model of a running gateway. Running calls may finish first, for 30 s.')
  .option('--now', 'cancel running calls', false)
  .action(async (alias, options) => {
    const { unload } = await import('./unload.js');
    process.exitCode = await unload(alias, options);
  });

await program.parseAsync();

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}

/** What other programs' settings may have left in the environment is read kindly. */
function parseLogLevel(text: string): LogLevel {
  const level = LOG_LEVELS.find((one) => one === (text.toLowerCase() || 'info'));
  if (level) return level;
  throw new InvalidArgumentError(`It must be one of ${LOG_LEVELS.join(', ')}.`);
}

/** The base URL that clients are set to, with `/v1`, will do too. */
function parseUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') {
    return `${url.origin}${url.pathname.replace(/\/(?:v1\/?)?$/, '')}`;
  }
  throw new InvalidArgumentError('It must be a URL, as http://127.0.0.1:11434.');
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds <= 86_400) return seconds;
  throw new InvalidArgumentError('It must be a whole number of seconds, up to 86400.');
}

function collect(value: string, values: string[]): string[] {
  return [...values, value];
}
