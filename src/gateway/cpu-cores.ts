import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';

/** Linux' list of the logical CPUs that are one core with the first, as `0,8` or `0-1`. */
const SIBLINGS_FILE = '/sys/devices/system/cpu/cpu0/topology/thread_siblings_list';

/** Linux' limit of the CPU time of a container: microseconds, and the period in which they may be used. */
const QUOTA_FILE = '/sys/fs/cgroup/cpu.max';

/**
 * Physical cores that this process may use. llama.cpp gains nothing from two threads on one core, and a container that
 * is throttled stops in the middle of its barriers. Where the system does not tell in a file, logical cores are counted.
 */
export async function readCpuCores(): Promise<number> {
  const [siblings, quota] = await Promise.all(
    [SIBLINGS_FILE, QUOTA_FILE].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  return countCores(availableParallelism(), siblings ?? '', quota ?? '');
}

/**
 * @param logical CPUs that the process may run on.
 * @param siblings text of `thread_siblings_list`, empty if unknown.
 * @param quota text of `cpu.max`, empty if unknown.
 */
export function countCores(logical: number, siblings: string, quota: string): number {
  const perCore = siblings
    .trim()
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((count, [first = 0, last = first]) => count + last - first + 1, 0);
  const [microseconds = NaN, period = NaN] = quota.split(' ').map(Number);
  const allowed = microseconds / period || Infinity;
  return Math.max(1, Math.min(Math.floor(logical / Math.max(1, perCore)), Math.ceil(allowed)));
}
