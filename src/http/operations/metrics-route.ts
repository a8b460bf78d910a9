import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../../telemetry/metrics.js';
import { OPERATION } from './operations.js';

/** `GET /metrics`, in Prometheus' text format. */
export function metricsRoute(app: FastifyInstance, metrics: Metrics): void {
  app.get('/metrics', OPERATION, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.read()),
  );
}
