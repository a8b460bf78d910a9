import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { ModelSource } from './model-spec.js';

/** Names that the SDK keeps as they are. Any other it rewrites, in ways that are its own. */
const PLAIN_NAME = /^[\w+@~-][\w.+@~-]*$/;

/** A part of a sharded model, or an archive: of these the SDK makes folders. */
const SEVERAL_FILES = /-\d{5}-of-\d{5}\.\w+$|\.(?:tar|tar\.gz|tgz)$/i;

/** Whether what a URL names comes over HTTP and is one file, of which there can be a checksum. */
export function isSingleHttpFile(source: ModelSource): source is string {
  return typeof source === 'string' && /^https?:/i.test(source) && !SEVERAL_FILES.test(fileNameOf(source));
}

/**
 * Where the SDK (0.16) keeps a file that it downloaded by its URL, complete or not: it tells nobody.
 *
 * @param cacheFolder absolute path of the SDK's cache.
 * @returns `undefined` for models of the registry, those of several files, and names that it might rewrite.
 */
export function cachedFile(source: ModelSource, cacheFolder: string): string | undefined {
  if (typeof source !== 'string') return undefined;
  const name = fileNameOf(source);
  if (!PLAIN_NAME.test(name) || SEVERAL_FILES.test(name)) return undefined;
  const key = isSingleHttpFile(source) ? source : /^pear:\/\/(.+)$/.exec(source)?.[1];
  if (key === undefined || (key !== source && key.split('/').length !== 2)) return undefined;
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 16);
  return join(cacheFolder, `${hash}_${name}`);
}

function fileNameOf(url: string): string {
  return url.split('/').at(-1)?.split('?')[0] ?? '';
}
