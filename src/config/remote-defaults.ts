/** What an entry of another server has that does not say otherwise. */
export const REMOTE_DEFAULTS = {
  connectTimeoutMs: 5_000,
  headersTimeoutMs: 10 * 60_000,
  idleTimeoutMs: 5 * 60_000,
  probeIntervalMs: 5_000,
  slots: 64,
} as const;

/** Kinds of endpoints that requests can be sent on for. */
export const REMOTE_CATEGORIES = ['chat', 'embeddings', 'transcription'] as const;

/** A header that a config may give to a remote: not those that frame a request, or are about one connection. */
export const HEADER_NAME =
  /^(?!(?:host|connection|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade|expect|content-length|content-type|content-encoding|accept-encoding|x-qvac-gateway-hops)$)[!#$%&'*+.^_`|~0-9a-z-]+$/i;

export const HEADER_NAME_ADVICE =
  'has a name that can not be set: each must be the name of a header, and not of one that frames the request';
