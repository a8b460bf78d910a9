import type { RemoteServerSpec } from '../protocol/remote-spec.js';
import { HOPS_HEADER } from './hops.js';

/** What a request to a remote has beside its body. */
interface Outgoing {
  readonly server: RemoteServerSpec;
  readonly contentType: string;
  readonly contentLength: number;
  /** Also the remote's, so that both logs have it. */
  readonly requestId: string;
  readonly hops: string;
}

/** All headers of a request to a remote. They are made here, and none is taken from the client. */
export function toRequestHeaders(outgoing: Outgoing): Record<string, string> {
  return {
    accept: '*/*',
    'accept-encoding': 'identity', // it is rewritten on its way
    'user-agent': 'qvac-gateway',
    ...toCredentials(outgoing.server),
    'content-type': outgoing.contentType,
    'content-length': String(outgoing.contentLength),
    'x-request-id': outgoing.requestId,
    [HOPS_HEADER]: outgoing.hops,
  };
}

/** Shorter parts of a header's value are words of the language, such as `Bearer`. */
const SECRET_CHARS = 8;

/**
 * A text of a remote without what lets this gateway in there, should it tell what it was sent. Also without the beginning of
 * that where the text ends: who reads no more than the start of an answer may have cut it there. Cut shorter after this.
 */
export function hideCredentials(text: string, server: RemoteServerSpec): string {
  const secrets = Object.values(toCredentials(server)).flatMap((value) => value.split(/\s+/));
  return secrets
    .filter(({ length }) => length >= SECRET_CHARS)
    .toSorted((one, other) => other.length - one.length) // one may begin with another
    .reduce((hidden, secret) => withoutCut(hidden.replaceAll(secret, '***'), secret), text);
}

function withoutCut(text: string, secret: string): string {
  for (let length = secret.length - 1; length >= SECRET_CHARS; length -= 1) {
    if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}***`;
  }
  return text;
}

/** What lets this gateway in at a remote. */
export function toCredentials({ apiKey, headers }: RemoteServerSpec): Record<string, string> {
  const own = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }), ...own };
}
