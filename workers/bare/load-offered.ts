import { type Handler, type IncomingRequest, reply } from './incoming-request.js';
import type { Offer, PeerLoad } from './peer-request.js';
import type { SharedModel } from './shared-model.js';

/** A model of the provider, for all who use it. */
export interface OfferedModel extends Offer {
  readonly shared: SharedModel;
}

/**
 * Has the SDK load a model for a user, and answers the request for that. Of one that is loaded the SDK is not asked: it would
 * first look at the file again, and so make a checksum of one of its registry, or ask the server of a URL.
 */
export async function loadOffered(
  { offer, request: load }: PeerLoad<OfferedModel>,
  user: object,
  request: IncomingRequest,
  sdk: Handler,
): Promise<void> {
  let answer: { readonly modelId?: string } = {};
  const modelId = await offer.shared.load(user, async () => {
    await sdk({
      data: JSON.stringify(load),
      reply(text) {
        answer = JSON.parse(text);
      },
    });
    return answer.modelId;
  });
  reply(request, modelId === undefined ? answer : { type: 'loadModel', success: true, modelId });
}
