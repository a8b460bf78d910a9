import type { ServedModel } from '../models/served-model.js';
import { processUsage } from '../pool/process-usage.js';
import type { ModelNumbers } from '../telemetry/metrics.js';

/** What the metrics tell of each model. */
export function readModelNumbers(hosts: readonly ServedModel[]): Promise<ModelNumbers[]> {
  return Promise.all(
    hosts.map(async (host) => {
      const { alias, state, slots, calls, queue, replicas } = host.snapshot();
      const pids = replicas.flatMap(({ pid }) => pid ?? []);
      const usages = await Promise.all(pids.map((pid) => processUsage(pid)));
      const memory = usages.flatMap((usage) => usage?.memoryBytes ?? []);
      return {
        alias,
        state,
        restarts: sum(replicas.map(({ restarts }) => restarts)),
        slots,
        running: calls.length,
        queued: queue.length,
        memoryBytes: memory.length > 0 ? sum(memory) : undefined,
      };
    }),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
