import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What nginx logs for a client that left before its answer. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * Writes one line per request, when its connection is done with it, however that came. Those of probes, scrapes and pages
 * that look again and again would drown all others: they are of level `debug` while all is well.
 *
 * @param count told of it too.
 */
export function logRequests(
  app: FastifyInstance,
  count: (request: FastifyRequest, status: number, durationMs: number) => void,
): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.raw.once('close', () => {
      const status = reply.raw.writableFinished ? reply.raw.statusCode : CLIENT_CLOSED_REQUEST;
      const durationMs = Math.round(reply.elapsedTime);
      count(request, status, reply.elapsedTime);
      const isLook = request.method === 'GET' && request.routeOptions.config.isOperation && status < 400;
      request.log[isLook ? 'debug' : 'info'](
        // Without the query: some clients can be set up to put their key there.
        {
          method: request.method,
          path: request.url.split('?', 1)[0],
          model: request.servedBy,
          status,
          durationMs,
        },
        'request completed',
      );
    });
  });
}
