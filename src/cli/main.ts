#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Command } from 'commander';
import { addBenchCommand } from './commands/bench-command.js';
import { addCompletionCommand } from './commands/completion-command.js';
import { addConfigCommand } from './commands/config-command.js';
import { addDoctorCommand } from './commands/doctor-command.js';
import { addLoadCommand } from './commands/load-command.js';
import { addLogsCommand } from './commands/logs-command.js';
import { addModelsCommand } from './commands/models-command.js';
import { addPsCommand } from './commands/ps-command.js';
import { addRunCommand } from './commands/run-command.js';
import { addServeCommand } from './commands/serve-command.js';
import { addTopCommand } from './commands/top-command.js';
import { addUnloadCommand } from './commands/unload-command.js';
import { EXIT } from './exit-codes.js';

const { version, engines } = createRequire(import.meta.url)('../../../package.json') as {
  version: string;
  engines: { node: string };
};

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

addServeCommand(program, version);
addPsCommand(program);
addLoadCommand(program);
addUnloadCommand(program);
addModelsCommand(program);
addLogsCommand(program);
addTopCommand(program);
addRunCommand(program);
addBenchCommand(program);
addDoctorCommand(program, engines.node);
addConfigCommand(program);
await addCompletionCommand(program, process.argv.slice(2));

await program.parseAsync();
