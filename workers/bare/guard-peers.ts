import { judgePeerRequest, type Offer } from './peer-request.js';
import { resolveFromSdk } from './resolve-from-sdk.js';

/** bare-rpc's `RPCIncomingRequest`, as far as it matters here. */
interface IncomingRequest {
  data: { toString(): string } | null;
  reply(text: string, encoding: 'utf-8'): void;
}

type Handler = (request: IncomingRequest) => unknown;

/** bare-rpc's `RPC`, which keeps its handler in `_onrequest`. Only a peer's stream has a public key. */
interface Rpc {
  _onrequest: Handler;
  readonly _stream: { readonly remotePublicKey?: object };
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
  Object.defineProperty(rpcClass.prototype, '_onrequest', {
    configurable: true,
    set(this: Rpc, handler: Handler) {
      const value = this._stream.remotePublicKey ? guard(handler, offers) : handler;
      Object.defineProperty(this, '_onrequest', { value, writable: true });
    },
  });
  assertGuarded(rpcClass);
}

function guard(handler: Handler, offers: readonly Offer[]): Handler {
  let latest: string | undefined;
  return (request) => {
    const verdict = judgePeerRequest(request.data?.toString(), offers, latest);
    if ('reply' in verdict) return request.reply(JSON.stringify(verdict.reply), 'utf-8');
    const { type, requestId } = verdict.request as { type: string; requestId?: unknown };
    if (type === 'completionStream' && typeof requestId === 'string') latest = requestId;
    request.data = JSON.stringify(verdict.request);
    return handler(request);
  };
}

function assertGuarded(rpcClass: RpcClass): void {
  const stream = { remotePublicKey: {}, on: () => stream };
  let isReached = false;
  const rpc = new rpcClass(stream, () => {
    isReached = true;
  });
  rpc._onrequest({ data: JSON.stringify({ type: '__shutdown__' }), reply: () => {} });
  if (isReached) throw new Error('bare-rpc is not as expected: peers could not be held to what is offered');
}
