import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../protocol/errors.js';
import type { AllowedOrigins } from './cors.js';

/** Methods that neither change anything nor cost work here. */
const HARMLESS: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

/** What a browser says of a request that no other site has caused: a page of this origin, the user, an extension. */
const OWN_SITES: readonly unknown[] = ['same-origin', 'none'];

/**
 * A check against web pages that send without asking: for what a form could send (`multipart/form-data`, a POST without
 * a body) a browser asks no leave by a preflight. The page can't read the answer, but the work is done all the same.
 * Browsers set `Origin` and `Sec-Fetch-Site` by themselves, no page can change them, and other clients send neither.
 *
 * @returns a function that throws {@link ApiError} `forbidden_origin` for a page that CORS does not allow.
 */
export function createOriginGuard(
  allowed: AllowedOrigins,
): (method: string, headers: IncomingHttpHeaders) => void {
  return (method, headers) => {
    if (allowed === 'any' || HARMLESS.includes(method)) return;
    const { origin, host } = headers;
    const site = headers['sec-fetch-site'];
    if (origin !== undefined && allowed.includes(origin)) return;
    // Old browsers, and those that reach this server over plain HTTP by a name or from another machine, don't tell.
    const isOwn =
      site === undefined ? origin === undefined || isOriginOf(origin, host) : OWN_SITES.includes(site);
    if (!isOwn) throw forbidden(origin);
  };
}

/** Whether a page was served under this `Host`, by a proxy that serves it beside the API. */
function isOriginOf(origin: string, host: string | undefined): boolean {
  return host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);
}

function forbidden(origin: string | undefined): ApiError {
  // Of a file, a sandboxed frame and the like; there is no name to allow it by.
  const isNameless = origin === undefined || origin === 'null';
  const page = isNameless ? 'A web page without an origin' : `The web page '${origin}'`;
  const advice = isNameless ? "'--cors', which lets in every page" : `'--cors-origin ${origin}'`;
  return new ApiError(
    'forbidden_origin',
    `${page} may not use this server. To let it, start the server with ${advice}.`,
  );
}
