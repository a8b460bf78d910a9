import type { IncomingHttpHeaders } from 'node:http';

/** Origins whose pages may call the API, as browsers send them. None: CORS is off. */
export type AllowedOrigins = 'any' | readonly string[];

/** Of all routes. */
const METHODS = 'GET, HEAD, POST, DELETE';

/** What a page may read beside the few headers that it always may. */
const EXPOSED =
  'x-request-id, retry-after, x-should-retry, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests';

/** How long a browser may remember a preflight: the most that Chrome does. */
const MAX_AGE_SECONDS = 7_200;

interface RequestHead {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
}

/** Whether a browser asks for leave here. The request proper comes afterwards, and only it carries the key. */
export function isPreflight({ method, headers }: RequestHead): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** The headers by which a browser lets a page read the answer, whatever that is. */
export function corsHeaders(allowed: AllowedOrigins, request: RequestHead): Record<string, string> {
  if (allowed.length === 0) return {};
  const { origin } = request.headers;
  // A key is no credential in the sense of CORS, so `*` will do: browsers send it only where a page sets it.
  if (allowed === 'any') return { 'access-control-allow-origin': '*', ...grants(request) };
  // The answer differs by origin: no cache may give one origin's to another.
  if (origin === undefined || !allowed.includes(origin)) return { vary: 'Origin' };
  return { vary: 'Origin', 'access-control-allow-origin': origin, ...grants(request) };
}

function grants(request: RequestHead): Record<string, string> {
  if (!isPreflight(request)) return { 'access-control-expose-headers': EXPOSED };
  const wanted = request.headers['access-control-request-headers'];
  return {
    'access-control-allow-methods': METHODS,
    // As asked: `*` would not cover Authorization.
    ...(wanted !== undefined && { 'access-control-allow-headers': wanted }),
    'access-control-max-age': String(MAX_AGE_SECONDS),
  };
}
