/**
 * What another peer may ask of a provider. The SDK's provider would carry out whatever a peer sends: load any file,
 * read any attachment, download, delete caches, end the process.
 */

/** A model that peers may use. */
export interface Offer {
  /** As a peer must name it: an absolute path, or a URL. */
  readonly source: string;
  readonly type: string;
  /** The provider's own; a peer's is not taken, for it may name files too. */
  readonly config: Readonly<Record<string, unknown>>;
  /** CPU threads, which the SDK's schema does not know. */
  readonly threads: string;
}

/** A load of one of the offers, as the SDK is to see it. */
export interface PeerLoad<Model extends Offer> {
  readonly kind: 'load';
  readonly offer: Model;
  readonly request: object;
}

/** A chat, as the SDK is to see it. */
export interface PeerChat {
  readonly kind: 'chat';
  /** As the peer names it. It need not be that of a model. */
  readonly modelId: string;
  readonly request: object;
}

/** A request that the SDK does not see. */
export interface PeerRefusal {
  readonly kind: 'refuse';
  readonly reply: object;
  /** Whether the peer waits for a stream. */
  readonly streams: boolean;
}

/** What becomes of a request. */
export type PeerVerdict<Model extends Offer> =
  | { readonly kind: 'heartbeat' }
  | PeerLoad<Model>
  | PeerChat
  | { readonly kind: 'cancel' | 'unload'; readonly modelId: string }
  | PeerRefusal;

/** Of a chat, what a peer decides; not among it what would keep files here (`kvCache`). */
const CHAT_FIELDS = [
  'modelId',
  'stream',
  'tools',
  'generationParams',
  'captureThinking',
  'emitRawDeltas',
  'toolDialect',
  'responseFormat',
] as const;

/** A message of the SDK's protocol, as a peer sends it. */
interface Message {
  readonly type?: unknown;
  readonly [field: string]: unknown;
}

/**
 * Decides about a peer's request.
 *
 * @param written the request's JSON; `undefined` for one that streams to the provider.
 */
export function judgePeerRequest<Model extends Offer>(
  written: string | undefined,
  offers: readonly Model[],
): PeerVerdict<Model> {
  const message = parse(written);
  const modelId = String(message.modelId);
  switch (message.type) {
    case 'heartbeat':
      return { kind: 'heartbeat' };
    case 'loadModel':
      return judgeLoad(message, offers);
    case 'completionStream':
      return judgeChat(message, modelId);
    case 'cancel':
      return { kind: 'cancel', modelId };
    case 'unloadModel':
      return { kind: 'unload', modelId };
    default:
      return refuse('peers may load the models that are offered, and chat with them; nothing else');
  }
}

function judgeLoad<Model extends Offer>({ modelSrc }: Message, offers: readonly Model[]): PeerVerdict<Model> {
  const offer = offers.find(({ source }) => source === modelSrc);
  if (!offer) {
    const error = 'this provider does not offer the model';
    return { kind: 'refuse', reply: { type: 'loadModel', success: false, error }, streams: false };
  }
  const { source, type, config } = offer;
  const request = {
    type: 'loadModel',
    modelType: type,
    modelSrc: source,
    modelName: source, // by which `provide.ts` knows it again
    modelConfig: config,
    seed: false,
    withProgress: false,
  };
  return { kind: 'load', offer, request };
}

function judgeChat(message: Message, modelId: string): PeerVerdict<never> {
  const { history } = message;
  if (!Array.isArray(history)) return refuse('a chat has a history', true);
  const entries = history.map((entry) => Object(entry) as Message);
  if (entries.some(({ attachments }) => attachments !== undefined)) {
    return refuse('peers cannot send attachments', true); // they are paths of files here
  }
  const request = {
    type: 'completionStream',
    history: entries.map(({ role, content }) => ({ role, content })),
    ...Object.fromEntries(CHAT_FIELDS.map((field) => [field, message[field]])),
  };
  return { kind: 'chat', modelId, request };
}

function refuse(message: string, streams = false): PeerVerdict<never> {
  return { kind: 'refuse', reply: { type: 'error', message }, streams };
}

function parse(written: string | undefined): Message {
  try {
    return Object(JSON.parse(written ?? ''));
  } catch {
    return {};
  }
}
