import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** File of a run folder that says whose it is. */
export const OWNER_FILE = 'owner.json';

/** The process that a run folder belongs to. */
export interface Owner {
  /** Where its process id means anything. */
  readonly place: string;
  readonly pid: number;
}

/** This process. */
export function thisOwner(): Owner {
  return { place: place(), pid: process.pid };
}

/** True only if that process certainly lives no more: its id is free, here, where it was given. */
export function isGone({ place: itsPlace, pid }: Owner): boolean {
  if (itsPlace !== place()) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'; // EPERM: it is someone else's, and lives
  }
}

/** The machine; on Linux its containers too, which may share the host's name and temporary folder. */
function place(): string {
  try {
    return `${hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return hostname();
  }
}
