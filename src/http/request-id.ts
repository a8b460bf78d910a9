import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** A client's own id is taken over if it is fit for a header and a log line. */
const SANE_ID = /^[\w.:-]{1,128}$/;

/** Id of a request, sent back as `x-request-id` and logged with all that it causes. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && SANE_ID.test(given) ? given : `req_${randomUUID()}`;
}
