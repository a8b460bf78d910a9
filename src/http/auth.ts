import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../protocol/errors.js';

/** The scheme may be written in any case. */
const BEARER = /^bearer +(\S+) *$/i;

/**
 * A check that the headers of a request show one of the keys: as `Authorization: Bearer`, as the document has it, else
 * as `x-api-key`. A bearer token decides alone; Continue sends the other header beside it.
 *
 * @returns a function that gives the index of that key, and throws {@link ApiError} `invalid_api_key` if there is none.
 */
export function createKeyCheck(keys: readonly string[]): (headers: IncomingHttpHeaders) => number {
  const indexOf = createKeyMatcher(keys);
  return (headers) => {
    const shown = BEARER.exec(headers.authorization ?? '')?.[1] ?? headers['x-api-key'];
    if (typeof shown !== 'string' || shown === '') {
      throw new ApiError(
        'invalid_api_key',
        "This server needs an API key: send it with 'Authorization: Bearer <key>'.",
      );
    }
    const index = indexOf(shown);
    if (index >= 0) return index;
    throw new ApiError(
      'invalid_api_key',
      'This is not an API key of this server. Ask whoever runs it for one.',
    );
  };
}

/** Tells which of `keys` a key is, or -1, in a time that says nothing of how near it is, nor to which. */
export function createKeyMatcher(keys: readonly string[]): (shown: string) => number {
  const digests = keys.map(sha256);
  return (shown) => {
    const digest = sha256(shown);
    // `map` compares with all of them, where `findIndex` would stop at the first that fits.
    return digests.map((known) => timingSafeEqual(known, digest)).indexOf(true);
  };
}

/** `timingSafeEqual` wants both sides of one length; keys have any. */
function sha256(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}
