import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Files that this process downloads: for how many, and when it has their lock. */
const held = new Map<string, { holders: number; readonly locked: Promise<void> }>();

/**
 * Claims a file, so that no other process writes to it too: a gateway, or `qvac pull`. Within this process it is shared, as
 * the SDK shares one download. A lock whose process is gone counts for nothing.
 *
 * @returns what gives it back.
 * @throws what `isTaken` makes of the process that has it, and of the lock's path.
 */
export async function lockFile(
  file: string,
  isTaken: (pid: number, lock: string) => Error,
): Promise<() => Promise<void>> {
  const lock = `${file}.lock`;
  const claim = held.get(file) ?? { holders: 0, locked: takeLock(lock, isTaken) };
  held.set(file, claim);
  claim.holders += 1;
  try {
    await claim.locked;
  } catch (error) {
    if (held.get(file) === claim) held.delete(file);
    throw error;
  }
  return async () => {
    claim.holders -= 1;
    if (claim.holders > 0) return;
    held.delete(file);
    await rm(lock, { force: true });
  };
}

async function takeLock(lock: string, isTaken: (pid: number, lock: string) => Error): Promise<void> {
  await mkdir(dirname(lock), { recursive: true }).catch(() => {});
  const own = String(process.pid);
  try {
    await writeFile(lock, own, { flag: 'wx' });
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const pid = isThere ? Number(await readFile(lock, 'utf8').catch(() => '')) : 0;
    if (pid > 0 && pid !== process.pid && isAlive(pid)) throw isTaken(pid, lock);
    // A folder that takes no lock takes no file: the download says it better.
    await writeFile(lock, own).catch(() => {});
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
