import { readdirSync, readFileSync } from 'node:fs';

/** What Linux tells of processes; elsewhere these are `undefined`. */

/** CPU time of a process's first thread so far, in milliseconds, to the nanosecond: in Node that is where JavaScript runs. */
export function mainThreadCpuMs(pid: number): number | undefined {
  return threadCpuMs(pid, pid);
}

/** CPU time of all threads of a process that live now. */
export function processCpuMs(pid: number): number | undefined {
  const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`));
  return threads?.reduce((sum, thread) => sum + (threadCpuMs(pid, Number(thread)) ?? 0), 0);
}

/** Processes that a process has started. */
export function childrenOf(pid: number): number[] {
  const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`)) ?? [];
  return threads.flatMap((thread) => {
    const children = unlessGone(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'));
    return (children ?? '').split(' ').filter(Boolean).map(Number);
  });
}

/** Its share of memory in bytes, of what it has for itself and of what it shares (proportional set size). */
export function shareBytes(pid: number): number | undefined {
  const rollup = unlessGone(() => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  const [, kilobytes] = /^Pss: +(\d+) kB$/m.exec(rollup ?? '') ?? [];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

/** `schedstat` begins with the nanoseconds that the thread has run. */
function threadCpuMs(pid: number, thread: number): number | undefined {
  const stat = unlessGone(() => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'));
  return stat === undefined ? undefined : Number(stat.split(' ')[0]) / 1e6;
}

function unlessGone<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
