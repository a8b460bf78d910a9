import { isIPv4, isIPv6 } from 'node:net';
import { ApiError } from '../protocol/errors.js';

const LOOPBACK = /^(?:(?:.+\.)?localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** Addresses to listen on that mean every address of the machine. */
const WILDCARDS: readonly (string | undefined)[] = ['0.0.0.0', '[::]'];

/**
 * A check of the `Host` header against DNS rebinding: a web page whose own name has come to mean 127.0.0.1 is, for its
 * browser, of the same origin as this server, and may send it anything and read the answer. What it cannot do is send
 * another `Host` than its own. Addresses have no name to rebind.
 *
 * @param listensOn host name or address that the server was told to listen on. It may be asked for by that too.
 * @returns a function that throws {@link ApiError} `forbidden_host` for a `Host` that is not this server's.
 */
export function createHostGuard(listensOn: string): (header: string | undefined) => void {
  const own = toHostName(isIPv6(listensOn) ? `[${listensOn.replace(/%.*/, '')}]` : listensOn);
  const acceptsAddresses = WILDCARDS.includes(own);

  return (header) => {
    const name = toHostName(header ?? '');
    if (name !== undefined) {
      if (name === own || LOOPBACK.test(name)) return;
      if (acceptsAddresses && (isIPv4(name) || name.startsWith('['))) return;
    }
    throw new ApiError(
      'forbidden_host',
      `The host '${header ?? ''}' is not a name of this server. Ask for it as localhost or by its address, or start it with an API key or with '--host <this name>'.`,
    );
  };
}

/** The host without its port, as the URL standard writes it; `undefined` if it is none. */
function toHostName(header: string): string | undefined {
  // These would make the host another part of the URL.
  const url = `http://${header}`;
  if (/[\s/\\?#@%]/.test(header) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname.replace(/\.$/, '');
}
