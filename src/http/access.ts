import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKey } from '../protocol/api-key.js';
import type { KeyUsage } from '../telemetry/key-usage.js';
import { createKeyCheck } from './auth.js';
import { type AllowedOrigins, corsHeaders, isPreflight } from './cors.js';
import { createHostGuard } from './host-guard.js';
import { ClientKey } from './keys/client-key.js';
import { createOriginGuard } from './origin-guard.js';

/** Who may use the server. */
export interface Access {
  /** Host name or address that it listens on. */
  readonly host: string;
  /** None: no key is needed. */
  readonly apiKeys: readonly ApiKey[];
  readonly corsOrigins: AllowedOrigins;
}

/**
 * What each request must pass before anything else happens with it, its route and its body included.
 *
 * @param usageOf where the keys of one name are counted.
 * @returns a function that takes a request, its reply, and whether it needs no key; that answers a preflight, and then returns true; that throws `invalid_api_key`, `forbidden_host` or
 *   `forbidden_origin`; or that lets the request pass.
 */
export function createAccessCheck(
  { host, apiKeys, corsOrigins }: Access,
  usageOf: (name: string | undefined) => KeyUsage,
) {
  const findKey = createKeyCheck(apiKeys.map(({ key }) => key));
  const clients = apiKeys.map((key) => new ClientKey(key, usageOf(key.name)));
  const checkHost = createHostGuard(host);
  const checkOrigin = createOriginGuard(corsOrigins);

  return (request: FastifyRequest, reply: FastifyReply, isOpen = false): boolean => {
    // First, so that refusals carry them too: a page could not read why it was refused.
    reply.headers(corsHeaders(corsOrigins, request));
    if (corsOrigins.length > 0 && isPreflight(request)) {
      reply.code(204).send();
      return true;
    }
    // A page that rebinds DNS, or sends blindly, has no key, and its browser adds none by itself, as it would a cookie. So
    // a key is enough, and a gateway with keys may have any name.
    if (apiKeys.length > 0) {
      if (isOpen) return false;
      const client = clients[findKey(request.headers)];
      if (client) request.clientKey = client;
    } else {
      checkHost(request.headers.host);
      checkOrigin(request.method, request.headers);
    }
    return false;
  };
}
