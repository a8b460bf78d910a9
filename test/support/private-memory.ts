import { readFile } from 'node:fs/promises';

/**
 * Memory of a process that no other can share, in bytes: the pages that it has written. Those of its program's files are
 * shared with the next process of that program, so that a process has them for itself only while it is the first.
 * `undefined` where the system does not tell (all but Linux).
 */
export async function privateBytes(pid: number): Promise<number | undefined> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => undefined);
  if (rollup === undefined) return undefined;
  return Number(/^Private_Dirty: +(\d+) kB$/m.exec(rollup)?.[1]) * 1024;
}
