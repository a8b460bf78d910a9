import { type Handler, type IncomingRequest, reply } from './incoming-request.js';
import { loadOffered, type OfferedModel } from './load-offered.js';
import { judgePeerRequest, type PeerChat } from './peer-request.js';
import type { SharedModel } from './shared-model.js';

/** What the SDK says when others use a model too. */
const UNLOADED = { type: 'unloadModel', success: true, hasActiveModels: true, hasActiveProviders: true };

/** Chats of one connection at once. The SDK lets 64 wait for a model: no peer should take all these places. */
const MAX_CHATS = 16;

/** One peer's connection: what of its requests the SDK gets, and what becomes of them when it has gone. */
export class PeerConnection {
  readonly #sdk: Handler;
  readonly #models: readonly OfferedModel[];
  /** Those that run, by the ids that the SDK knows them by: their models. */
  readonly #chats = new Map<string, string>();

  /** @param sdk what the SDK would answer this connection's requests with. */
  constructor(sdk: Handler, models: readonly OfferedModel[]) {
    this.#sdk = sdk;
    this.#models = models;
  }

  /** Sees to a request. It never rejects: bare-rpc could end the process. */
  async receive(request: IncomingRequest): Promise<void> {
    if (!request.reply) return; // what wants no answer is nothing that a peer may send
    outliveBrokenStream(request);
    const verdict = judgePeerRequest(request.data?.toString(), this.#models);
    try {
      switch (verdict.kind) {
        case 'heartbeat':
          return await this.#pass(request, { type: 'heartbeat' });
        case 'load':
          return await loadOffered(verdict, this, request, this.#sdk);
        case 'chat':
          return await this.#chat(request, verdict);
        case 'cancel':
          this.#cancel(verdict.modelId);
          return reply(request, { type: 'cancel', success: true });
        case 'unload':
          // The SDK would unload it for all.
          this.#modelOf(verdict.modelId)?.leave(this);
          return reply(request, UNLOADED);
        case 'refuse':
          return verdict.streams ? endStream(request, verdict.reply) : reply(request, verdict.reply);
      }
    } catch (error) {
      // biome-ignore lint/suspicious/noConsole: Bare has no other stderr
      console.error(error);
    }
  }

  /** The peer has gone. The SDK would go on with its chats, for ever if they have no end. */
  close(): void {
    for (const modelId of this.#chats.values()) this.#cancel(modelId);
    for (const { shared } of this.#models) shared.lose(this);
  }

  async #chat(request: IncomingRequest, { modelId, request: chat }: PeerChat): Promise<void> {
    if (this.#chats.size >= MAX_CHATS) {
      return endStream(request, { type: 'error', message: 'this peer has too many chats at once' });
    }
    this.#modelOf(modelId)?.join(this); // one whose connection broke does not load it again
    const requestId = nextRequestId();
    this.#chats.set(requestId, modelId);
    try {
      await this.#pass(request, { ...chat, requestId });
    } finally {
      this.#chats.delete(requestId);
    }
  }

  /** The SDK's peers can only cancel all chats of a model. Those of other peers go on. */
  #cancel(modelId: string): void {
    for (const [requestId, model] of this.#chats) {
      if (model === modelId) void tell(this.#sdk, { type: 'cancel', operation: 'request', requestId });
    }
  }

  async #pass(request: IncomingRequest, message: object): Promise<void> {
    request.data = JSON.stringify(message);
    await this.#sdk(request);
  }

  #modelOf(modelId: string): SharedModel | undefined {
    return this.#models.find(({ shared }) => shared.modelId === modelId)?.shared;
  }
}

/** Has the SDK carry out something that no peer waits for. */
export async function tell(sdk: Handler, message: object): Promise<void> {
  await sdk({ data: JSON.stringify(message), reply: () => {} });
}

/** A stream breaks with its connection. The SDK (0.16) leaves that to nobody, which ends the process. */
function outliveBrokenStream(request: IncomingRequest): void {
  const { createResponseStream } = request;
  request.createResponseStream = () => {
    const stream = createResponseStream.call(request);
    stream.on('error', () => {}); // `close` sees to the rest
    return stream;
  };
}

let requests = 0;

/** Ours: two peers could name theirs alike. */
function nextRequestId(): string {
  requests += 1;
  return `peer-${requests}`;
}

/** For those who wait for a stream: they would not hear a reply. */
function endStream(request: IncomingRequest, message: object): void {
  request.createResponseStream().end(`${JSON.stringify(message)}\n`, 'utf-8');
}
