import { existsSync } from 'node:fs';
import { chmod, writeFile } from 'node:fs/promises';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-codes.js';
import { runClient } from '../run-client.js';
import { DEFAULT_WISHES, toStarterConfig } from './starter-config.js';

/**
 * `qvac config init`: writes a first config, of what a person at a terminal answers. Returns the exit code.
 *
 * @param file `qvac.config.json` in this folder by default.
 */
export function initConfig(
  file: string | undefined,
  { force }: { readonly force: boolean },
): Promise<number> {
  return runClient(async () => {
    const path = resolve(file ?? 'qvac.config.json');
    if (extname(path) !== '.json') {
      throw new CommandError(`error: ${path} must end with .json: that is what is written.`, EXIT.usage);
    }
    if (!force && existsSync(path)) throw alreadyThere(path); // before any question
    const wishes = isTerminal() ? await (await import('./ask-wishes.js')).askWishes() : DEFAULT_WISHES;
    await write(path, toStarterConfig(wishes, schemaFor(dirname(path))), force);
    const name = relative(process.cwd(), path) || path;
    const key = wishes.apiKey === undefined ? '' : `\nThe API key is ${wishes.apiKey}`;
    return `Wrote ${name}.${key}\n\nStart the gateway with: qvac serve openai${file === undefined ? '' : ` -c ${name}`}\n`;
  });
}

function isTerminal(): boolean {
  return process.stdin.isTTY === true && process.stdout.isTTY === true;
}

async function write(path: string, text: string, force: boolean): Promise<void> {
  try {
    // It may hold a key: for its owner only, also if the file that was there was for all.
    if (force && existsSync(path)) await chmod(path, 0o600);
    await writeFile(path, text, { flag: force ? 'w' : 'wx', mode: 0o600 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw alreadyThere(path);
    const reason = code === 'ENOENT' ? 'its folder is not there' : code;
    throw new CommandError(`error: ${path} can't be written (${reason}).`, EXIT.failure);
  }
}

function alreadyThere(path: string): CommandError {
  return new CommandError(`error: ${path} is there already. --force writes over it.`, EXIT.failure);
}

/** The package's schema, by a path that others can use too if there is one. */
function schemaFor(folder: string): string {
  const installed = './node_modules/qvac-gateway/qvac.config.schema.json';
  if (existsSync(join(folder, installed))) return installed;
  const own = fileURLToPath(new URL('../../../../qvac.config.schema.json', import.meta.url));
  return pathToFileURL(own).href;
}
