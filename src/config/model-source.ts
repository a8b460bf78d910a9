import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, posix, resolve, win32 } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ModelSource } from '../protocol/model-spec.js';
import { findConstant, looksLikeConstant } from './constants.js';

/** A source that can be passed to the SDK, or what is wrong with it. */
export type SourceLookup = { readonly source: ModelSource } | { readonly problem: string };

/** The URLs that the SDK takes, and how each must look. */
const URL_FORMS: Readonly<Record<string, { readonly form: RegExp; readonly example: string }>> = {
  http: { form: /^http:\/\/[^/\s]+\/\S+$/i, example: 'http://host/model.gguf' },
  https: { form: /^https:\/\/[^/\s]+\/\S+$/i, example: 'https://host/model.gguf' },
  pear: { form: /^pear:\/\/[0-9a-fA-F]{64}\/.+$/, example: 'pear://<64 hex digits>/model.gguf' },
  registry: { form: /^registry:\/\/[^/]+\/.+$/, example: 'registry://source/path/model.gguf' },
};

/**
 * Resolves what stands in `src`: a URL is kept; a path (`./`, `~/`, `C:\`, `file://`) becomes absolute, relative
 * ones from `folder`, and must be a readable file.
 */
export async function resolveSource(text: string, folder: string): Promise<SourceLookup> {
  const scheme = schemeOf(text);
  if (scheme === undefined) return checkFile(toAbsolute(text, folder));
  if (scheme === 'file') {
    const path = fromFileUrl(text);
    return path === undefined ? { problem: `is not a usable file URL: ${text}` } : checkFile(path);
  }
  return checkUrl(text, scheme);
}

/** Resolves the `src` of a model that runs on another peer: a URL, or a path there, of which nothing is known here. */
export function resolvePeerSource(text: string): SourceLookup {
  const scheme = schemeOf(text);
  if (scheme !== undefined) return checkUrl(text, scheme);
  if (posix.isAbsolute(text) || win32.isAbsolute(text)) return { source: text };
  return { problem: `is a path on the peer that runs the model: it must be absolute, but is ${text}` };
}

function schemeOf(text: string): string | undefined {
  return /^([a-z][a-z0-9+.-]+):\/\//i.exec(text)?.[1]?.toLowerCase();
}

function checkUrl(text: string, scheme: string): SourceLookup {
  const url = Object.hasOwn(URL_FORMS, scheme) ? URL_FORMS[scheme] : undefined;
  if (url === undefined) {
    const known = Object.keys(URL_FORMS).map((name) => `${name}://`);
    return { problem: `has an unknown scheme ${scheme}://; use a path, ${known.join(', ')}` };
  }
  return url.form.test(text)
    ? { source: text }
    : { problem: `must look like ${url.example}, but is ${text}` };
}

/**
 * Resolves a source inside a model's `config` (`projectionModelSrc`, say), which unlike `src` may also name a
 * constant. A descriptor object, from a config module that imports it from the SDK, is kept.
 */
export async function resolveCompanion(value: unknown, folder: string): Promise<SourceLookup> {
  if (typeof value !== 'string') return { source: value as ModelSource };
  if (!looksLikeConstant(value)) return resolveSource(value, folder);
  const lookup = await findConstant(value);
  return 'model' in lookup ? { source: lookup.model } : lookup;
}

function toAbsolute(path: string, folder: string): string {
  // A drive letter is absolute for Windows and relative for everyone else, where it names no file anyway.
  if (/^[a-z]:[\\/]/i.test(path)) return path;
  if (/^~(?:[\\/]|$)/.test(path)) return join(homedir(), path.slice(1));
  return resolve(folder, path);
}

function fromFileUrl(url: string): string | undefined {
  try {
    return fileURLToPath(url);
  } catch {
    return undefined;
  }
}

/** The weights are looked for at start-up, where the answer is one clear line, and not at the first request. */
async function checkFile(path: string): Promise<SourceLookup> {
  try {
    if ((await stat(path)).isDirectory()) return { problem: `is a folder, not a file: ${path}` };
    await access(path, constants.R_OK);
    return { source: path };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { problem: code === 'ENOENT' ? `no such file: ${path}` : `cannot be read (${code}): ${path}` };
  }
}
