import pidusage from 'pidusage';

/** How long pidusage keeps the file of a process open after a look. Its `clear()` would forget it without closing it. */
const KEPT_OPEN_MS = 10_000;

/** What a process has used. */
export interface ProcessUsage {
  /** CPU time so far. */
  readonly cpuMs: number;
  /** Resident memory now. */
  readonly memoryBytes: number;
}

/** What a process has used; `undefined` if it is gone. The gateway looks at its engines in this way, but for `processMemory`. */
export async function processUsage(pid: number): Promise<ProcessUsage | undefined> {
  try {
    const { ctime, memory } = await pidusage(pid, { maxage: KEPT_OPEN_MS });
    return { cpuMs: ctime, memoryBytes: memory };
  } catch {
    return undefined;
  }
}
