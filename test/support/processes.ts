import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Whether a process lives; one that ended and was not waited for yet counts as dead. */
export function isAlive(pid: number): boolean {
  if (existsSync('/proc/self/stat')) return stateOf(pid) !== 'Z' && stateOf(pid) !== undefined;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether a process was stopped by a signal. Linux only. */
export function isStopped(pid: number): boolean {
  return stateOf(pid) === 'T';
}

/** Resolves when the process is gone; the test's own timeout ends the wait. */
export async function untilDead(pid: number): Promise<void> {
  while (isAlive(pid)) await delay(20);
}

/** Process ids of a process's children, of all its threads. Linux only. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
    readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

/** Linux: the letter after the command's name, which is in brackets and may have any character. */
function stateOf(pid: number): string | undefined {
  try {
    return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
