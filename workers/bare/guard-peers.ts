import { type Handler, type IncomingRequest, PeerConnection, tell } from './peer-connection.js';
import type { Offer } from './peer-request.js';
import { resolveFromSdk } from './resolve-from-sdk.js';
import { SharedModel } from './shared-model.js';

/** A model stays so long for a peer that has gone without a word: a connection breaks easily, and a load takes time. */
const LINGER_MS = 60_000;

/** What a chat may have: more than any context holds. bare-rpc would keep up to 4 GB before it looks at them. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** A peer's stream, of secret-stream. That of our own gateway has no public key. */
interface Stream {
  readonly remotePublicKey?: object;
  on(event: 'close', listener: () => void): unknown;
  destroy(error: Error): void;
}

/** bare-rpc's `RPC`. Its constructor sets `_onrequest`, and then has `_ondata` listen to the stream. */
interface Rpc {
  _onrequest: (request: IncomingRequest) => unknown;
  _ondata: (bytes: unknown) => void;
  readonly _stream: Stream;
  /** Bytes of the request that is coming in; -1 if there is none. */
  readonly _frame: number;
}

interface RpcClass {
  new (stream: object, onrequest: Handler): Rpc;
  readonly prototype: Rpc;
}

/**
 * Has the SDK get only those requests of other peers that may be: see `peer-request.ts`. Those of our own gateway pass.
 *
 * @throws Error if bare-rpc does not look as expected: an unguarded provider must not start.
 */
export async function guardPeers(offers: readonly Offer[]): Promise<void> {
  const { default: rpcClass } = (await import(resolveFromSdk('bare-rpc').href)) as { default: RpcClass };
  let sdk: Handler = () => {};
  const unload = (modelId: string) => tell(sdk, { type: 'unloadModel', modelId, clearStorage: false });
  const models = offers.map((offer) => ({
    ...offer,
    shared: new SharedModel({ unload, lingerMs: LINGER_MS }),
  }));
  Object.defineProperty(rpcClass.prototype, '_onrequest', {
    configurable: true,
    set(this: Rpc, handler: Handler) {
      if (!this._stream.remotePublicKey) return define(this, handler);
      sdk = handler;
      const peer = new PeerConnection(handler, models);
      this._stream.on('close', () => peer.close());
      limitRequests(this);
      define(this, (request) => peer.receive(request));
    },
  });
  assertGuarded(rpcClass);
}

function define(rpc: Rpc, value: Rpc['_onrequest']): void {
  Object.defineProperty(rpc, '_onrequest', { value, writable: true });
}

function limitRequests(rpc: Rpc): void {
  const { _ondata } = rpc;
  rpc._ondata = (bytes) => {
    _ondata.call(rpc, bytes);
    if (rpc._frame > MAX_REQUEST_BYTES) rpc._stream.destroy(new Error('the request is too large'));
  };
}

function assertGuarded(rpcClass: RpcClass): void {
  let isReached = false;
  let isCut = false;
  const stream = {
    remotePublicKey: {},
    on: () => stream,
    destroy: () => {
      isCut = true;
    },
  };
  const rpc = new rpcClass(stream, () => {
    isReached = true;
  });
  rpc._onrequest({ data: JSON.stringify({ type: '__shutdown__' }), reply: () => {} } as never);
  rpc._ondata(new Uint8Array(4).fill(255));
  if (isReached || !isCut) {
    throw new Error('bare-rpc is not as expected: peers could not be held to what is offered');
  }
}
