import { readFile } from 'node:fs/promises';
import { processUsage } from './process-usage.js';

/**
 * Bytes that a process takes of the machine's memory: its own, and its share of what it has in common with others, which
 * for engines is their code and replicas' weights. Only Linux tells; elsewhere it is all that is resident.
 *
 * @returns 0 if the process is gone.
 */
export async function processMemory(pid: number): Promise<number> {
  const mapped = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8').catch(() => '');
  const [, kilobytes] = /^Pss: +(\d+) kB$/m.exec(mapped) ?? [];
  if (kilobytes !== undefined) return Number(kilobytes) * 1024;
  return (await processUsage(pid))?.memoryBytes ?? 0;
}
