import { resolveFromSdk } from './resolve-from-sdk.js';

/** A connection of secret-stream. */
interface Connection {
  readonly remotePublicKey: object;
  rawBytesRead: number;
  rawBytesWritten: number;
}

/** Hyperswarm, as far as it matters here. */
interface Swarm {
  readonly _allConnections: { get(key: object): Connection | undefined };
  _handleServerConnection(connection: Connection): unknown;
}

/**
 * Lets a peer that comes again have its new connection. Hyperswarm (4.17) keeps one for a key: of two, by the order of
 * the keys, the old one, unless something went over it. Of a peer that was ended as it connected nothing ever does, and
 * for some 20 s each new connection of it would be reset. Call it before the SDK is imported.
 *
 * @throws Error if Hyperswarm does not look as expected.
 */
export async function preferNewest(): Promise<void> {
  const { default: swarmClass } = (await import(resolveFromSdk('hyperswarm').href)) as {
    default: { readonly prototype: Swarm };
  };
  const { prototype } = swarmClass;
  const handle = prototype._handleServerConnection;
  if (typeof handle !== 'function') throw new Error('hyperswarm is not as expected');
  prototype._handleServerConnection = function (connection) {
    const old = this._allConnections.get(connection.remotePublicKey);
    if (old) {
      // As if something had: peers always connect to the provider, so the other side has given it up.
      old.rawBytesRead += 1;
      old.rawBytesWritten += 1;
    }
    return handle.call(this, connection);
  };
}
