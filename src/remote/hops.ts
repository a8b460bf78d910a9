import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../protocol/errors.js';

/** Header with the ids of the gateways that a request has come through, the latest last. */
export const HOPS_HEADER = 'x-qvac-gateway-hops';

/** Longer than any sensible chain, and short enough for a header. */
const MOST_HOPS = 8;

/** What one gateway knows of the way that requests take. */
export interface Hops {
  /** @throws {ApiError} `loop_detected` if the request was here before, or has gone too far. */
  check(headers: IncomingHttpHeaders): void;
  /** The header's value for a request that goes on from here. */
  next(headers: IncomingHttpHeaders): string;
}

/** @param id of this run of the gateway. */
export function createHops(id: string = randomUUID()): Hops {
  return {
    check(headers) {
      const ids = hopsOf(headers);
      if (ids.includes(id)) {
        throw new ApiError(
          'loop_detected',
          'The request was here before: this gateway and another one name each other as remotes. Take one of the two entries out of the config.',
        );
      }
      if (ids.length >= MOST_HOPS) {
        throw new ApiError(
          'loop_detected',
          `The request has come through ${ids.length} gateways. Name the server that has the model in the config of the first.`,
        );
      }
    },
    next: (headers) => [...hopsOf(headers), id].join(' '),
  };
}

/** Whether the request comes from a gateway. */
export function isFromGateway(headers: IncomingHttpHeaders): boolean {
  return headers[HOPS_HEADER] !== undefined;
}

/** A client may send anything: what is no id is not sent on. */
function hopsOf(headers: IncomingHttpHeaders): string[] {
  const written = String(headers[HOPS_HEADER] ?? '');
  return written.split(/[\s,]+/).filter((id) => /^[\w-]{1,64}$/.test(id));
}
