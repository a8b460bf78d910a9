import type { Operations } from '../../../src/http/operations/operations.js';
import { StateFeed } from '../../../src/models/state-feed.js';
import { LogBuffer } from '../../../src/telemetry/log-buffer.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';

/** For servers whose tests are about something else. */
export function noOperations(): Operations {
  return {
    metrics: createMetrics([], async () => []),
    feed: new StateFeed(),
    logs: new LogBuffer(),
    missing: () => [],
  };
}
