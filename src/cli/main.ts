#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Command, Help } from 'commander';
import { COMMANDS } from './commands/commands.js';
import type { Manifest } from './commands/manifest.js';
import { EXIT } from './exit-codes.js';

const manifest = createRequire(import.meta.url)('../../../package.json') as Manifest;

const program = new Command('qvac')
  .description(
    'Serves several local models at once over an OpenAI-compatible API, each in a worker of its own.',
  )
  .version(manifest.version, '-V, --version')
  .configureHelp({
    sortSubcommands: true,
    minWidthToWrap: 20, // also in half a window
    // What is off or empty without being said needs no mention.
    optionDescription: (option) =>
      new Help().optionDescription(option).replace(/ \(default: (?:false|\[\])\)$/, ''),
  })
  // A mistyped --api-key=<key> must not end up in a log.
  .configureOutput({ outputError: (message, write) => write(message.replace(/(--[\w-]+)=[^']*/g, '$1')) })
  .showHelpAfterError('Run with --help to see what there is.')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : EXIT.usage));

// One that is named needs no other: a gateway starts sooner.
const args = process.argv.slice(2);
const named = COMMANDS.get(args[0] ?? '');
for (const load of named ? [named] : COMMANDS.values()) (await load())(program, manifest);
if (!named) {
  const { addCompletionCommand } = await import('./commands/completion-command.js');
  await addCompletionCommand(program, args);
}

await program.parseAsync();
