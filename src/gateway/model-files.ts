import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { readGgufHeader } from '../protocol/gguf-header.js';
import type { ModelSource, ModelSpec, RegistryModel } from '../protocol/model-spec.js';

/** The engine's settings stand before the vocabulary, in the first kilobytes. */
const HEADER_BYTES = 1024 * 1024;

const REMOTE = /^\w+:\/\//;
const SHARD = /-\d{5}-of-(\d{5})\.gguf$/;

/** What the files of a model tell before it is loaded. */
export interface ModelFiles {
  /** All together, as far as they are known: a file behind a URL is so when it has been downloaded. */
  readonly fileBytes: number;
  /** Metadata of the weights, if they are a GGUF file that is there. */
  readonly header: ReadonlyMap<string, string | number> | undefined;
}

/**
 * Looks at the files of a model: its weights, and those that its config names.
 *
 * @param cacheFolder absolute path of the folder where the SDK keeps what it downloads.
 */
export async function readModelFiles(spec: ModelSpec, cacheFolder: string): Promise<ModelFiles> {
  const companions = Object.values(spec.config).flatMap(collect);
  const sizes = [spec.source, ...companions].map((source) => sizeOf(source, cacheFolder));
  const weights = await pathOf(spec.source, cacheFolder);
  return {
    fileBytes: (await Promise.all(sizes)).reduce((total, bytes) => total + bytes, 0),
    header: weights === undefined ? undefined : await readHeader(weights),
  };
}

/** All in a config that may be the source of a model. */
function collect(value: unknown): ModelSource[] {
  if (typeof value === 'string') return isAbsolute(value) || REMOTE.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  if (typeof (value as Partial<RegistryModel>).src === 'string') return [value as RegistryModel];
  return Object.values(value).flatMap(collect);
}

async function sizeOf(source: ModelSource, cacheFolder: string): Promise<number> {
  const path = await pathOf(source, cacheFolder);
  if (path !== undefined) return sizeOfShards(path);
  const { expectedSize } = typeof source === 'string' ? { expectedSize: 0 } : source;
  return typeof expectedSize === 'number' ? expectedSize : 0;
}

/** Where a source is on this machine, if it is. The SDK puts a hash before the names of what it keeps. */
async function pathOf(source: ModelSource, cacheFolder: string): Promise<string | undefined> {
  const address = typeof source === 'string' ? source : source.src;
  if (!REMOTE.test(address)) return address;
  const name = basename(address.split(/[?#]/)[0] ?? '');
  const names = await readdir(cacheFolder).catch(() => []);
  const found = names.find((cached) => /^[0-9a-f]{16}_/.test(cached) && cached.slice(17) === name);
  return found === undefined ? undefined : join(cacheFolder, found);
}

async function sizeOfShards(path: string): Promise<number> {
  const [tail, count] = SHARD.exec(path) ?? [];
  if (tail === undefined) return sizeOfFile(path);
  const stem = basename(path).slice(0, -tail.length);
  const names = await readdir(dirname(path)).catch(() => []);
  const shards = names.filter(
    (name) => SHARD.exec(name)?.[1] === count && name.slice(0, -tail.length) === stem,
  );
  const sizes = await Promise.all(shards.map((name) => sizeOfFile(join(dirname(path), name))));
  return sizes.reduce((total, bytes) => total + bytes, 0);
}

async function sizeOfFile(path: string): Promise<number> {
  const stats = await stat(path).catch(() => undefined);
  return stats?.isFile() ? stats.size : 0;
}

async function readHeader(path: string): Promise<ModelFiles['header']> {
  const file = await open(path).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { bytesRead, buffer } = await file.read(new Uint8Array(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return readGgufHeader(buffer.subarray(0, bytesRead));
  } catch {
    return undefined; // the engine says better what is wrong with it
  } finally {
    await file.close();
  }
}
