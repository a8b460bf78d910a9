import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestRecord } from './request-record.js';
import { RequestText } from './request-text.js';

/** What nginx logs for a client that left before its answer. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * Writes one line per request, when its connection is done with it, however that came. Those of probes, scrapes and pages
 * that look again and again would drown all others: they are of level `debug` while all is well.
 *
 * @param logPrompts whether another one has what was asked and answered.
 * @param count told of it too.
 */
export function logRequests(
  app: FastifyInstance,
  logPrompts: boolean,
  count: (request: FastifyRequest, status: number, durationMs: number) => void,
): void {
  app.addHook('onRequest', async (request, reply) => {
    const record = new RequestRecord(logPrompts ? new RequestText() : undefined);
    request.record = record;
    reply.raw.once('close', () => {
      const isAnswered = reply.raw.writableFinished;
      const status = isAnswered ? reply.raw.statusCode : CLIENT_CLOSED_REQUEST;
      count(request, status, reply.elapsedTime);
      const isLook = request.method === 'GET' && request.routeOptions.config.isOperation && status < 400;
      request.log[isLook ? 'debug' : 'info'](
        {
          method: request.method,
          // Without the query: some clients can be set up to put their key there.
          path: request.url.split('?', 1)[0],
          status,
          outcome: isAnswered ? (record.error ?? 'ok') : 'client_closed',
          model: request.servedBy,
          key: request.clientKey?.name,
          promptTokens: record.promptTokens,
          completionTokens: record.completionTokens,
          cachedTokens: record.cachedTokens,
          queueMs: rounded(record.queueMs),
          firstTokenMs: rounded(record.firstTokenMs),
          durationMs: rounded(reply.elapsedTime),
        },
        'request completed',
      );
      const text = record.text?.toFields();
      if (text) request.log.info(text, 'request text');
    });
  });
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms);
}
