import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../models/call-slots.js';
import { ApiError } from '../protocol/errors.js';
import { MAX_TIMER_MS } from '../protocol/timer-limit.js';
import { OpenCalls } from './operations/open-calls.js';

/** Header by which a client says how long it will wait for its whole answer, in milliseconds. */
const TIMEOUT_HEADER = 'x-request-timeout-ms';

/**
 * Tells who sent a request, and when nobody waits for its answer any more: when the client has gone, or its time is up.
 *
 * @param abort for a route that ends its calls for reasons of its own too.
 * @throws {ApiError} `invalid_value` for a time that is none.
 */
export type CallerOf = (request: FastifyRequest, reply: FastifyReply, abort?: AbortController) => Caller;

/**
 * @param timeoutMs for requests that say nothing of their time; `undefined`: they have all the time they need.
 * @param calls where each is found while it is open, by its request's id.
 */
export function createCallerOf(timeoutMs: () => number | undefined, calls = new OpenCalls()): CallerOf {
  return (request, reply, abort = new AbortController()) => {
    const limitMs = timeoutOf(request) ?? timeoutMs();
    const timer =
      limitMs === undefined
        ? undefined
        : setTimeout(() => abort.abort(timeIsUp(limitMs)), Math.max(0, limitMs - reply.elapsedTime));
    const forget = calls.add(request.id, abort, () => request.servedBy);
    const finish = (): void => {
      clearTimeout(timer);
      forget();
      if (!reply.raw.writableFinished) {
        abort.abort(new ApiError('client_closed_request', 'The client hung up.'));
      }
    };
    if (reply.raw.destroyed) finish();
    else reply.raw.once('close', finish);
    return { id: request.id, client: clientOf(request), signal: abort.signal, observer: request.record };
  };
}

/** Whoever comes from one address with one key takes turns with others. Never for a log: it has the key. */
function clientOf({ ip, headers }: FastifyRequest): string {
  return `${ip} ${headers.authorization ?? headers['x-api-key'] ?? ''}`;
}

function timeoutOf({ headers }: FastifyRequest): number | undefined {
  const written = headers[TIMEOUT_HEADER];
  if (written === undefined) return undefined;
  const timeoutMs = Number(written);
  if (Number.isInteger(timeoutMs) && timeoutMs > 0 && timeoutMs <= MAX_TIMER_MS) return timeoutMs;
  throw new ApiError(
    'invalid_value',
    `Invalid '${TIMEOUT_HEADER}': expected a number of milliseconds, from 1 to ${MAX_TIMER_MS}.`,
    { param: TIMEOUT_HEADER },
  );
}

function timeIsUp(limitMs: number): ApiError {
  return new ApiError(
    'deadline_exceeded',
    `The request was not answered within ${limitMs} ms, the time that it had.`,
  );
}
