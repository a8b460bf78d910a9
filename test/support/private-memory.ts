import { readFile } from 'node:fs/promises';

/** Memory of a process that no other shares, in bytes; `undefined` where the system does not tell (all but Linux). */
export async function privateBytes(pid: number): Promise<number | undefined> {
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => undefined);
  if (rollup === undefined) return undefined;
  const kilobytes = [...rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].map(([, text]) =>
    Number(text),
  );
  return kilobytes.reduce((sum, value) => sum + value, 0) * 1024;
}
