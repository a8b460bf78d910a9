import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** For `skip`: why what a process holds can't be counted on this machine. */
export const WITHOUT_PROC = existsSync('/proc/self/task') ? false : 'this platform has no /proc';

/** What a process and all that descend from it hold at a moment. */
export interface TreeUsage {
  /** Process ids, the root first. */
  readonly pids: readonly number[];
  /** Processes that ended and that their parent has not waited for. */
  readonly zombies: number;
  readonly threads: number;
  /** Open files, sockets and pipes. */
  readonly descriptors: number;
  /** Resident memory. What processes share counts for each. */
  readonly rssBytes: number;
}

/** Counts what the tree of processes below `root` holds, `root` included. A process that ends meanwhile counts as gone. */
export function usageOf(root: number): TreeUsage {
  const tree = processTree(root);
  const living = tree.filter(({ state }) => state !== 'Z').map(({ pid }) => pid);
  const sum = (count: (pid: number) => number): number =>
    living.reduce((total, pid) => total + (unlessGone(() => count(pid)) ?? 0), 0);
  return {
    pids: living,
    zombies: tree.length - living.length,
    threads: sum((pid) => readdirSync(`/proc/${pid}/task`).length),
    descriptors: sum((pid) => readdirSync(`/proc/${pid}/fd`).length),
    rssBytes: sum(rssBytesOf),
  };
}

/** What the open descriptors of a process are (`socket`, `pipe`, a path, …), for the message of a test that found more. */
export function describeDescriptors(root: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { pid } of processTree(root)) {
    for (const fd of unlessGone(() => readdirSync(`/proc/${pid}/fd`)) ?? []) {
      const target = unlessGone(() => readlinkSync(`/proc/${pid}/fd/${fd}`));
      if (target === undefined) continue;
      const kind = target.replace(/:\[\d+\]$/, '');
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }
  return counts;
}

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  /** The kernel's letter: R, S, D, T, Z. */
  readonly state: string;
}

function processTree(root: number): ProcessEntry[] {
  const all = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? entryOf(Number(name)) : []));
  const tree = all.filter(({ pid }) => pid === root);
  // The list grows while it is walked: children come behind their parents.
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/** The state and the parent follow the command's name, which is in brackets and may have any character. */
function entryOf(pid: number): ProcessEntry[] {
  const stat = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const [, state, parent] = /\) (\w) (\d+) [^)]*$/.exec(stat ?? '') ?? [];
  return state === undefined ? [] : [{ pid, parent: Number(parent), state }];
}

function rssBytesOf(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return undefined;
    throw error;
  }
}
