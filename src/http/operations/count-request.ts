import type { FastifyRequest } from 'fastify';
import type { Metrics } from '../../telemetry/metrics.js';

/** Counts a request that is over, by the pattern of its route: what a client makes up must not become a label. */
export function countRequest(
  metrics: Metrics,
  { method, routeOptions, servedBy }: FastifyRequest,
  status: number,
  durationMs: number,
): void {
  const { url } = routeOptions;
  metrics.requestCompleted({
    method: url === undefined ? '' : method,
    route: url ?? '',
    model: servedBy ?? '',
    status,
    durationMs,
  });
}
