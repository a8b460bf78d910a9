import type { ModelHost } from '../models/model-host.js';
import { processUsage } from '../pool/process-usage.js';
import type { ModelNumbers } from '../telemetry/metrics.js';

/** What the metrics tell of each model. */
export function readModelNumbers(hosts: readonly ModelHost[]): Promise<ModelNumbers[]> {
  return Promise.all(
    hosts.map(async (host) => {
      const { pid } = host;
      const usage = pid === undefined ? undefined : await processUsage(pid);
      const { alias, state, restarts, slots, calls, queue } = host.snapshot();
      return {
        alias,
        state,
        restarts,
        slots,
        running: calls.length,
        queued: queue.length,
        memoryBytes: usage?.memoryBytes,
      };
    }),
  );
}
