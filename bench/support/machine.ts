import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

const GIB = 2 ** 30;
const SAMPLE_MS = 1_000;

/** Date, processor, memory, system and Node's version, in one line. */
export function describeMachine(): string {
  const date = new Date().toISOString().slice(0, 10);
  const cpu = `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores`;
  const memory = `${(totalmem() / GIB).toFixed(0)} GiB of memory`;
  return `${date} · ${cpu}, ${memory} · ${type()} ${release().split('.').slice(0, 2).join('.')}, Node ${process.version.slice(1)}`;
}

/** The share (0 to 1) of all cores that other programs use, over a second in which the bench does nothing. */
export async function measureBusyShare(): Promise<number> {
  const before = cpuTimes();
  await delay(SAMPLE_MS);
  const after = cpuTimes();
  return 1 - (after.idleMs - before.idleMs) / (after.allMs - before.allMs);
}

function cpuTimes(): { readonly idleMs: number; readonly allMs: number } {
  let idleMs = 0;
  let allMs = 0;
  for (const { times } of cpus()) {
    idleMs += times.idle;
    allMs += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idleMs, allMs };
}
