import { existsSync, readFileSync } from 'node:fs';

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

/** Linux: the letter after the command's name, which is in brackets and may have any character. */
function stateOf(pid: number): string | undefined {
  try {
    return /\) (\w) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}
