import type { ModelHost } from '../models/model-host.js';
import { processMemory } from '../pool/process-memory.js';
import type { ModelNumbers } from '../telemetry/metrics.js';

/** What the metrics tell of each model. */
export function readModelNumbers(hosts: readonly ModelHost[]): Promise<ModelNumbers[]> {
  return Promise.all(
    hosts.map(async (host) => {
      const { pid } = host;
      const memoryBytes = pid === undefined ? undefined : await processMemory(pid);
      const { alias, state, restarts, slots, calls, queue } = host.snapshot();
      return { alias, state, restarts, slots, running: calls.length, queued: queue.length, memoryBytes };
    }),
  );
}
