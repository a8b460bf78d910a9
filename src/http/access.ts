import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKey } from '../protocol/api-key.js';
import type { KeyUsage } from '../telemetry/key-usage.js';
import { createKeyCheck } from './auth.js';
import { type AllowedOrigins, corsHeaders, isPreflight } from './cors.js';
import { createHostGuard } from './host-guard.js';
import { ClientKey } from './keys/client-key.js';
import { createOriginGuard } from './origin-guard.js';

/** Who may use the server. */
export interface AccessSettings {
  /** None: no key is needed. */
  readonly apiKeys: readonly ApiKey[];
  readonly corsOrigins: AllowedOrigins;
}

/** What each request must pass before anything else happens with it, its route and its body included. */
export class Access {
  readonly #usageOf: (name: string | undefined) => KeyUsage;
  readonly #checkHost: ReturnType<typeof createHostGuard>;
  #checkOrigin = createOriginGuard([]);
  #corsOrigins: AllowedOrigins = [];
  /** By the keys themselves. */
  #clients: ReadonlyMap<string, ClientKey> = new Map();
  /** Whose key the headers of a request show. */
  #find: (headers: IncomingHttpHeaders) => ClientKey | undefined = () => undefined;

  /**
   * @param host name or address that the server listens on.
   * @param usageOf where the keys of one name are counted.
   */
  constructor(host: string, usageOf: (name: string | undefined) => KeyUsage) {
    this.#checkHost = createHostGuard(host);
    this.#usageOf = usageOf;
  }

  /** Goes by these from now on. Keys that stay keep what was counted of them, and what is open counts on. */
  apply({ apiKeys, corsOrigins }: AccessSettings): void {
    const clients = new Map<string, ClientKey>();
    for (const apiKey of apiKeys) {
      if (clients.has(apiKey.key)) continue; // of one that is given twice, the first counts
      clients.set(apiKey.key, this.#toClient(apiKey));
    }
    for (const [key, client] of this.#clients) if (!clients.has(key)) client.revoke();
    const indexOf = createKeyCheck([...clients.keys()]);
    const inOrder = [...clients.values()];
    this.#clients = clients;
    this.#find = (headers) => inOrder[indexOf(headers)];
    this.#corsOrigins = corsOrigins;
    this.#checkOrigin = createOriginGuard(corsOrigins);
  }

  /** Of all keys, each name once. */
  usages(): KeyUsage[] {
    return [...new Set([...this.#clients.values()].map(({ usage }) => usage))];
  }

  /**
   * @param isOpen no key is needed for it.
   * @returns true if it was a preflight, which is answered then.
   * @throws {ApiError} `invalid_api_key`, `forbidden_host` or `forbidden_origin`.
   */
  check(request: FastifyRequest, reply: FastifyReply, isOpen = false): boolean {
    // First, so that refusals carry them too: a page could not read why it was refused.
    reply.headers(corsHeaders(this.#corsOrigins, request));
    if (this.#corsOrigins.length > 0 && isPreflight(request)) {
      reply.code(204).send();
      return true;
    }
    // A page that rebinds DNS, or sends blindly, has no key, and its browser adds none by itself, as it would a cookie. So
    // a key is enough, and a gateway with keys may have any name.
    if (this.#clients.size > 0) {
      if (isOpen) return false;
      const client = this.#find(request.headers);
      if (client) request.clientKey = client;
    } else {
      this.#checkHost(request.headers.host);
      this.#checkOrigin(request.method, request.headers);
    }
    return false;
  }

  #toClient(apiKey: ApiKey): ClientKey {
    const usage = this.#usageOf(apiKey.name);
    const client = this.#clients.get(apiKey.key);
    client?.limit(apiKey, usage);
    return client ?? new ClientKey(apiKey, usage);
  }
}
