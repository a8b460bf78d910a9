import type { FastifyInstance } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import type { KeyUsage } from '../../telemetry/key-usage.js';
import type { CallerOf } from '../caller.js';
import { cancelRoute } from './cancel-route.js';
import { EventStreams } from './event-streams.js';
import { eventsRoute } from './events-route.js';
import { loadRoute } from './load-route.js';
import { logsRoute } from './logs-route.js';
import { metricsRoute } from './metrics-route.js';
import type { OpenCalls } from './open-calls.js';
import type { Operations } from './operations.js';
import { probeRoutes } from './probe-routes.js';
import { reloadRoute } from './reload-route.js';
import { statusRoute } from './status-route.js';
import { uiRoute } from './ui-route.js';

/** All routes for whoever runs the gateway: docs/operations.md. */
export function operationsRoutes(
  app: FastifyInstance,
  fleet: Fleet,
  { metrics, feed, gate, logs, missing, reload }: Operations,
  callerOf: CallerOf,
  calls: OpenCalls,
  usages: () => readonly KeyUsage[],
): void {
  probeRoutes(app, fleet, missing);
  metricsRoute(app, metrics);
  statusRoute(app, fleet, gate, missing, usages);
  loadRoute(app, fleet, callerOf);
  cancelRoute(app, calls);
  const streams = new EventStreams(app);
  eventsRoute(app, fleet, feed, streams);
  logsRoute(app, fleet, logs, streams);
  reloadRoute(app, reload);
  uiRoute(app);
}
