import type { Handler, IncomingRequest } from './incoming-request.js';
import { loadOffered, type OfferedModel } from './load-offered.js';
import { PeerConnection, tell } from './peer-connection.js';
import { judgePeerRequest, type Offer } from './peer-request.js';
import { interceptPeers, type PeerRpc, type PeerRpcClass } from './peer-rpc.js';
import { SharedModel } from './shared-model.js';

/** A model stays so long for a peer that has gone without a word: a connection breaks easily, and a load takes time. */
const LINGER_MS = 60_000;

/** What a chat may have: more than any context holds. bare-rpc would keep up to 4 GB before it looks at them. */
const MAX_REQUEST_BYTES = 16 * 1024 * 1024;

/** bare-rpc's handler of requests, which are those of `peer-connection.ts`. */
type OnRequest = (request: IncomingRequest) => unknown;

/** The user of what our own gateway has loaded: one that never leaves. */
const GATEWAY = {};

/**
 * Has the SDK get only those requests of other peers that may be: see `peer-request.ts`. Those of our own gateway pass; a
 * model that it loads is the one that peers find, and stays.
 *
 * @throws Error if bare-rpc does not look as expected: an unguarded provider must not start.
 */
export async function guardPeers(offers: readonly Offer[]): Promise<void> {
  let sdk: Handler = () => {};
  const unload = (modelId: string) => tell(sdk, { type: 'unloadModel', modelId, clearStorage: false });
  const models = offers.map((offer) => ({
    ...offer,
    shared: new SharedModel({ unload, lingerMs: LINGER_MS }),
  }));
  const rpcClass = await interceptPeers<OnRequest>(
    (rpc, handler) => {
      sdk = handler as Handler;
      const peer = new PeerConnection(sdk, models);
      rpc._stream.on('close', () => peer.close());
      limitRequests(rpc);
      return (request) => peer.receive(request);
    },
    (handler) => (request) => receiveOwn(request, models, handler as Handler),
  );
  assertGuarded(rpcClass);
}

/** Sees to a request of our own gateway. Its loads are those of a peer: with other settings the SDK would load a second model. */
function receiveOwn(request: IncomingRequest, models: readonly OfferedModel[], sdk: Handler): unknown {
  const verdict = judgePeerRequest(request.data?.toString(), models);
  return verdict.kind === 'load' ? loadOffered(verdict, GATEWAY, request, sdk) : sdk(request);
}

function limitRequests(rpc: PeerRpc<OnRequest>): void {
  const { _ondata } = rpc;
  rpc._ondata = (bytes) => {
    _ondata.call(rpc, bytes);
    if (rpc._frame > MAX_REQUEST_BYTES) rpc._stream.destroy(new Error('the request is too large'));
  };
}

function assertGuarded(rpcClass: PeerRpcClass<OnRequest>): void {
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
