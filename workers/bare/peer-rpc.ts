import { resolveFromSdk } from './resolve-from-sdk.js';

/** A stream that bare-rpc speaks over. One to another peer, of secret-stream, has a public key; that of our gateway has none. */
export interface PeerStream {
  readonly remotePublicKey?: object;
  on(event: 'close', listener: () => void): unknown;
  destroy(error: Error): void;
}

/** bare-rpc's `RPC`. Its constructor sets `_onrequest`, and then listens to the stream. */
export interface PeerRpc<Handler> {
  _onrequest: Handler;
  _ondata: (bytes: Uint8Array) => void;
  readonly _stream: PeerStream;
  /** Bytes of the message that is coming in; -1 if there is none. */
  readonly _frame: number;
}

/** As bare-rpc exports it. */
export interface PeerRpcClass<Handler> {
  new (stream: object, onrequest: Handler): PeerRpc<Handler>;
  readonly prototype: PeerRpc<Handler>;
}

/**
 * Has each connection of the SDK to another peer pass through `ofPeer` before anything has come over it.
 *
 * @param ofPeer gives what is to handle its requests in the SDK's place.
 * @param ofGateway the same for the connection to our own gateway.
 */
export async function interceptPeers<Handler>(
  ofPeer: (rpc: PeerRpc<Handler>, handler: Handler) => Handler,
  ofGateway: (handler: Handler) => Handler = (handler) => handler,
): Promise<PeerRpcClass<Handler>> {
  const { default: rpcClass } = (await import(resolveFromSdk('bare-rpc').href)) as {
    default: PeerRpcClass<Handler>;
  };
  Object.defineProperty(rpcClass.prototype, '_onrequest', {
    configurable: true,
    set(this: PeerRpc<Handler>, handler: Handler) {
      const value = this._stream.remotePublicKey ? ofPeer(this, handler) : ofGateway(handler);
      Object.defineProperty(this, '_onrequest', { value, writable: true });
    },
  });
  return rpcClass;
}
