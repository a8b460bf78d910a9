import { execFileSync } from 'node:child_process';

/** Whether a process lives; one that ended and was not waited for yet counts as dead. */
export function isAlive(pid: number): boolean {
  return statusOf(pid) !== undefined;
}

function statusOf(pid: number): string | undefined {
  try {
    const status = execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return status.startsWith('Z') ? undefined : status;
  } catch {
    return undefined; // ps exits with 1 when there is no such process
  }
}
