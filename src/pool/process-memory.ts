import pidusage from 'pidusage';

/** Bytes of memory that a process holds (its resident set); `undefined` if it is gone. */
export async function processMemory(pid: number): Promise<number | undefined> {
  try {
    return (await pidusage(pid)).memory;
  } catch {
    return undefined;
  } finally {
    pidusage.clear(); // it would keep the process's file open
  }
}
