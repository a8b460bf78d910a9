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
}

/** What becomes of a request: it goes on to the SDK in this form, or it is answered at once. */
export type PeerVerdict = { readonly request: object } | { readonly reply: object };

/** A message of the SDK's protocol, as a peer sends it. */
interface Message {
  readonly type?: unknown;
  readonly [field: string]: unknown;
}

/**
 * Decides about a peer's request.
 *
 * @param written the request's JSON; `undefined` for one that streams to the provider.
 * @param latest id of the latest completion that this peer asked for.
 */
export function judgePeerRequest(
  written: string | undefined,
  offers: readonly Offer[],
  latest: string | undefined,
): PeerVerdict {
  const message = parse(written);
  switch (message.type) {
    case 'heartbeat':
      return { request: { type: 'heartbeat' } };
    case 'loadModel':
      return judgeLoad(message, offers);
    case 'completionStream':
      return judgeCompletion(message);
    case 'cancel':
      // The SDK's peers can only cancel all calls of a model: those of other peers, too.
      return latest === undefined
        ? { reply: { type: 'cancel', success: true } }
        : { request: { type: 'cancel', operation: 'request', requestId: latest } };
    case 'unloadModel':
      // Another peer may use it still.
      return {
        reply: { type: 'unloadModel', success: true, hasActiveModels: true, hasActiveProviders: true },
      };
    default:
      return refuse('peers may load the models that are offered, and chat with them; nothing else');
  }
}

function judgeLoad({ modelSrc, modelName, requestId }: Message, offers: readonly Offer[]): PeerVerdict {
  const offer = offers.find(({ source }) => source === modelSrc);
  if (!offer) {
    return { reply: { type: 'loadModel', success: false, error: 'this provider does not offer the model' } };
  }
  return {
    request: {
      type: 'loadModel',
      modelType: offer.type,
      modelSrc,
      modelName,
      modelConfig: offer.config,
      seed: false,
      withProgress: false,
      requestId,
    },
  };
}

/** Without what would read or write files here. */
function judgeCompletion({ kvCache: _, ...message }: Message): PeerVerdict {
  const { history } = message;
  const hasFiles =
    !Array.isArray(history) || history.some((entry) => Object(entry).attachments !== undefined);
  return hasFiles ? refuse('peers cannot send attachments') : { request: message };
}

function refuse(message: string): PeerVerdict {
  return { reply: { type: 'error', message } };
}

function parse(written: string | undefined): Message {
  try {
    return Object(JSON.parse(written ?? ''));
  } catch {
    return {};
  }
}
