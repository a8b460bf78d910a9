import { readlinkSync, statSync } from 'node:fs';
import { dirname, join, parse, sep } from 'node:path';

/** As many as Linux follows. */
const MOST_LINKS = 40;

/** Windows takes both. */
const SEPARATORS = sep === '\\' ? /[\\/]/ : '/';

/**
 * The names that decide what is read at a path, by the folders that have them: that of the file, and those of all links on the
 * way to it. It ends where something is missing.
 *
 * @param file absolute path.
 */
export function wayToFile(file: string): ReadonlyMap<string, ReadonlySet<string>> {
  const way = new Map<string, Set<string>>();
  let { root: folder, names } = split(file);
  let links = 0;
  while (names.length > 0) {
    const [name = '', ...rest] = names;
    names = rest;
    if (name === '..') folder = dirname(folder);
    if (name === '' || name === '.' || name === '..') continue;
    const path = join(folder, name);
    const link = readLink(path);
    if (link === undefined && rest.length > 0 && isFolder(path)) {
      folder = path;
      continue;
    }
    way.set(folder, (way.get(folder) ?? new Set()).add(name));
    if (link === undefined || links === MOST_LINKS) return way;
    links += 1;
    const target = split(link);
    folder = target.root || folder;
    names = [...target.names, ...rest];
  }
  return way;
}

function split(path: string): { root: string; names: string[] } {
  const { root } = parse(path);
  return { root, names: path.slice(root.length).split(SEPARATORS) };
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // it is none, or missing
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
