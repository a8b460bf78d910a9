import { open } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { cosmiconfig, type Options, type PublicExplorer } from 'cosmiconfig';
import { ConfigError } from './config-error.js';
import { parseJsonConfig } from './parse-json-config.js';

/** A config file and what it holds, not checked yet. */
export interface FoundConfig {
  readonly file: string;
  readonly value: unknown;
}

const MODULE_EXTENSIONS = ['.js', '.mjs', '.cjs', '.ts'];
const EXTENSIONS = ['.json', ...MODULE_EXTENSIONS];
const SEARCH_PLACES = [...EXTENSIONS.map((extension) => `qvac.config${extension}`), 'package.json'];

/**
 * The nearest config at or above `cwd`: `qvac.config.{json,js,mjs,cjs,ts}`, then the `qvac` key of package.json,
 * per folder. `undefined` if there is none up to the root.
 * @throws {ConfigError} if the nearest one cannot be read. It is not skipped: another one further up, or none,
 * would serve other models than the user wrote down.
 */
export async function findConfig(cwd: string): Promise<FoundConfig | undefined> {
  const explorer = createExplorer();
  for (let folder = cwd; ; folder = dirname(folder)) {
    await refuseUnreadable(folder);
    const result = await explorer.search(folder);
    if (result !== null) return { file: result.filepath, value: required(result.filepath, result.config) };
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * Reads exactly this file; an absolute path.
 * @throws {ConfigError} if it is missing, unreadable, of an unknown kind, or broken.
 */
export async function readConfig(file: string): Promise<FoundConfig> {
  if (!EXTENSIONS.includes(extname(file))) {
    throw failure(file, `is not a kind of config file known here: ${EXTENSIONS.join(', ')}`);
  }
  const result = await createExplorer()
    .load(file)
    .catch((error: unknown) => {
      throw error instanceof ConfigError ? error : failure(file, unreadable(error));
    });
  return { file, value: required(file, result?.config) };
}

const OPTIONS: Partial<Options> = {
  searchPlaces: SEARCH_PLACES,
  // cosmiconfig's own way upward ends at a package.json, or goes on to the user's global settings.
  searchStrategy: 'none',
  cache: false,
  // An empty file is a mistake to tell, not a reason to look further up.
  ignoreEmptySearchPlaces: false,
  loaders: {
    '.json': parseJsonConfig,
    ...Object.fromEntries(MODULE_EXTENSIONS.map((extension) => [extension, loadModule])),
  },
};

/** The module loader takes about 25 ms to import, and most configs are JSON. */
async function loadModule(file: string): Promise<unknown> {
  const { importConfigModule } = await import('./import-config-module.js');
  return importConfigModule(file);
}

function createExplorer(): PublicExplorer {
  try {
    return cosmiconfig('qvac', OPTIONS);
  } catch (error) {
    // It looks for settings of its own in the process's folder first, and throws if package.json is broken.
    const { filepath, message } = error as Error & { filepath?: string };
    throw failure(filepath ?? process.cwd(), message.replace(/\s+/g, ' '));
  }
}

/** cosmiconfig passes over a file that it may not read. */
async function refuseUnreadable(folder: string): Promise<void> {
  for (const place of SEARCH_PLACES.filter((name) => name !== 'package.json')) {
    const file = join(folder, place);
    try {
      await (await open(file)).close();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT' && code !== 'ENOTDIR') throw failure(file, unreadable(error));
    }
  }
}

function required(file: string, value: unknown): unknown {
  if (value !== undefined && value !== null) return value;
  throw failure(file, basename(file) === 'package.json' ? 'has no "qvac" key' : 'is empty');
}

function unreadable(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'no such file';
  if (code === 'EISDIR') return 'is a folder, not a file';
  return `cannot be read: ${message}`;
}

function failure(file: string, message: string): ConfigError {
  return new ConfigError(file, [{ path: '', message }]);
}
