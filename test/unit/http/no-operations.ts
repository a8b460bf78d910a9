import type { Operations } from '../../../src/http/operations/operations.js';
import { LoadGate } from '../../../src/models/load-gate.js';
import { StateFeed } from '../../../src/models/state-feed.js';
import { LogBuffer } from '../../../src/telemetry/log-buffer.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';

/** For servers whose tests are about something else. */
export function noOperations(): Operations {
  const gate = new LoadGate({
    room: { budgetBytes: 1e9, maxLoaded: 1 },
    onEvicted: () => {},
    log: createLogger('silent'),
  });
  return {
    metrics: createMetrics([], async () => []),
    feed: new StateFeed(),
    gate,
    logs: new LogBuffer(),
    reload: () => Promise.reject(new Error('there is no config')),
    missing: () => [],
  };
}
