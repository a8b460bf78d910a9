import type { FastifyReply } from 'fastify';
import { ApiError } from '../protocol/errors.js';

/**
 * A signal that aborts when the client goes away before it has its whole answer.
 *
 * @param abort its controller, for a caller that aborts for reasons of its own too.
 */
export function hangUpSignal(reply: FastifyReply, abort = new AbortController()): AbortSignal {
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished)
      abort.abort(new ApiError('client_closed_request', 'The client hung up.'));
  });
  return abort.signal;
}
