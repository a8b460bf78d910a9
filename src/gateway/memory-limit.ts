import { readFile } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { posix } from 'node:path';

/** Where Linux keeps the limits of control groups: version 2, and the memory controller of version 1. */
const V2 = { root: '/sys/fs/cgroup', files: ['memory.max', 'memory.high'] };
const V1 = { root: '/sys/fs/cgroup/memory', files: ['memory.limit_in_bytes'] };

/**
 * Bytes of memory that this process and those that it starts may use: the machine's, or less in a container or a service
 * with a limit. `process.constrainedMemory()` does not see a limit that a group above its own has.
 */
export async function readMemoryLimit(): Promise<number> {
  const own = await readFile('/proc/self/cgroup', 'utf8').catch(() => '');
  const limits = await Promise.all(toLimitFiles(own).map((path) => readFile(path, 'utf8').catch(() => '')));
  return toMemoryLimit(totalmem(), limits);
}

/**
 * The files that may hold a limit: those of the process's own group and of all above it. Within a container they are at
 * the root, whatever the group is called outside.
 *
 * @param own text of `/proc/self/cgroup`: a line `id:controllers:path` for each hierarchy.
 */
export function toLimitFiles(own: string): string[] {
  return own
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [, controllers, path = '/'] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
      if (controllers === '') return limitFiles(V2, path);
      return controllers?.split(',').includes('memory') ? limitFiles(V1, path) : [];
    });
}

/**
 * @param total bytes of the machine.
 * @param limits texts of the files; empty if there is none, `max` without a limit.
 */
export function toMemoryLimit(total: number, limits: readonly string[]): number {
  return Math.min(total, ...limits.flatMap((text) => (/^\d+\s*$/.test(text) ? Number(text) : [])));
}

function limitFiles({ root, files }: typeof V2, path: string): string[] {
  const paths = files.map((file) => posix.join(root, path, file));
  return path === '/' ? paths : [...paths, ...limitFiles({ root, files }, posix.dirname(path))];
}
