import type { FastifyReply } from 'fastify';
import { ApiError } from '../protocol/errors.js';

/** A signal that aborts when the client goes away before it has its whole answer. */
export function hangUpSignal(reply: FastifyReply): AbortSignal {
  const abort = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished)
      abort.abort(new ApiError('client_closed_request', 'The client hung up.'));
  });
  return abort.signal;
}
