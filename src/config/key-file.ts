import { open } from 'node:fs/promises';
import type { ApiKey } from '../protocol/api-key.js';
import { API_KEY_ADVICE, API_KEY_FORM } from './api-key-form.js';
import { ConfigError, type ConfigProblem } from './config-error.js';

/** The keys of a file, and what a person should know about it. */
export interface KeyFile {
  readonly keys: readonly ApiKey[];
  readonly warning?: string;
}

/** Permission of the group or of others to read. */
const READABLE_BY_OTHERS = 0o044;

/** `name: key`. The space tells it from a key that has a colon in it. */
const NAMED = /^([^#:]+):\s+(\S+)$/;

/**
 * Reads a file of keys, one per line.
 * @param path Absolute.
 * @throws {ConfigError} with every line that is no key, by its number only; or if the file has none.
 */
export async function readKeyFile(path: string): Promise<KeyFile> {
  const { text, mode } = await read(path);
  const keys = parseKeyFile(path, text);
  // On Windows the mode says nothing about who may read.
  if (process.platform === 'win32' || (mode & READABLE_BY_OTHERS) === 0) return { keys };
  return {
    keys,
    warning: `${path} holds API keys and can be read by other users of this machine: run chmod 600 on it`,
  };
}

/** The keys in the text of a key file; `path` is for messages. Throws as {@link readKeyFile}. */
export function parseKeyFile(path: string, text: string): readonly ApiKey[] {
  const keys: ApiKey[] = [];
  const problems: ConfigProblem[] = [];
  for (const [index, raw] of text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, named] = NAMED.exec(line) ?? [];
    const key = named ?? line;
    if (API_KEY_FORM.test(key)) keys.push(name === undefined ? { key } : { key, name: name.trim() });
    else problems.push({ path: `line ${index + 1}`, message: `${API_KEY_ADVICE}, or "name: key"` });
  }
  if (problems.length === 0 && keys.length === 0) {
    problems.push({ path: '', message: 'has no key; write one per line, as "key" or "name: key"' });
  }
  if (problems.length > 0) throw new ConfigError(path, problems);
  return keys;
}

/** Text and mode of one and the same file: it is opened once. */
async function read(path: string): Promise<{ text: string; mode: number }> {
  try {
    const file = await open(path);
    try {
      const { mode } = await file.stat();
      return { text: await file.readFile('utf8'), mode };
    } finally {
      await file.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const message = code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`;
    throw new ConfigError(path, [{ path: '', message }]);
  }
}
