import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../models/call-slots.js';
import type { Fleet } from '../../models/fleet.js';
import type { ModelHost } from '../../models/model-host.js';
import { streamCall } from '../../models/stream-call.js';
import type { EmbedEvent } from '../../protocol/events.js';
import type { Hops } from '../../remote/hops.js';
import { SENT } from '../answer-stream.js';
import type { CallerOf } from '../caller.js';
import { resolveModel } from '../keys/permitted-models.js';
import { CALL } from '../operations/operations.js';
import { parseBody } from '../parse-body.js';
import { refuseWhileDownloading } from '../refuse-while-downloading.js';
import { findRouted } from '../remote/find-routed.js';
import { toJsonBody } from '../remote/json-body.js';
import { type LocalAttempt, relay } from '../remote/relay.js';
import {
  type EncodingFormat,
  shortenVector,
  toEmbeddingList,
  toEmbeddingObject,
} from './embeddings-reply.js';
import { embeddingsRequestSchema, isBatch, toTexts } from './embeddings-request.js';

/** A request that is answered here. */
interface EmbeddingsExchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller;
  /** Aborts the caller's signal. */
  readonly abort: AbortController;
}

const checkBody = (body: unknown) => parseBody(embeddingsRequestSchema, body, { input: 'missing_input' });

/** `POST /v1/embeddings`. */
export function embeddingsRoute(app: FastifyInstance, fleet: Fleet, callerOf: CallerOf, hops: Hops): void {
  /** Answers by a model of this gateway, as JSON. */
  async function answer(
    host: ModelHost,
    name: string,
    body: ReturnType<typeof checkBody>,
    { request, reply, caller, abort }: EmbeddingsExchange,
  ): Promise<string> {
    const texts = await toTexts(body.input);
    request.record?.text?.asked(JSON.stringify(texts));
    refuseWhileDownloading(host, reply, abort);
    if (body.keep_alive != null) host.keepAlive(body.keep_alive);
    const call = streamCall<'embed'>(
      host,
      { kind: 'embed', request: { texts, isBatch: isBatch(body.input) } },
      caller,
    );
    const { embeddings, size, promptTokens } = await collect(
      call,
      body.encoding_format ?? 'float',
      body.dimensions ?? undefined,
    );
    if (body.dimensions && body.dimensions > size) {
      request.log.warn(
        { model: host.alias, dimensions: body.dimensions, size },
        'dimensions ignored: the vectors of the model are shorter',
      );
    }
    return toEmbeddingList(embeddings, name, promptTokens);
  }

  app.post<{ Body: { model?: unknown; input?: unknown } | undefined }>(
    '/v1/embeddings',
    CALL,
    async (request, reply) => {
      const abort = new AbortController();
      const routed = findRouted(request, fleet, request.body?.model, 'embeddings');
      if (routed) {
        const body = toJsonBody(request, ['input', 'missing_input']);
        request.record?.text?.asked(JSON.stringify(request.body?.input));
        const caller = callerOf(request, reply, abort);
        const local = async (host: ModelHost, own: LocalAttempt) =>
          answer(host, routed.alias, checkBody(request.body), { request, reply, ...own });
        const asked = { kind: 'embed', path: '/embeddings', isStream: false, body, local } as const;
        const answered = await relay(routed, asked, { request, reply, caller, hops });
        return answered === SENT ? reply : reply.type('application/json').send(answered);
      }
      const body = checkBody(request.body);
      const host = resolveModel(request, fleet, body.model, 'embeddings');
      const caller = callerOf(request, reply, abort);
      const list = await answer(host, host.alias, body, { request, reply, caller, abort });
      return reply.type('application/json').send(list);
    },
  );
}

/** Vectors become text as they come: all at the end would hold up the streams of other models. */
async function collect(call: AsyncIterable<EmbedEvent[]>, format: EncodingFormat, dimensions = Infinity) {
  const embeddings: string[] = [];
  let size = 0;
  for await (const events of call) {
    for (const event of events) {
      if (event.type === 'end') return { embeddings, size, promptTokens: event.promptTokens };
      size = event.size;
      for (let at = 0; at < event.values.length; at += size) {
        const vector = event.values.subarray(at, at + size);
        const sized = dimensions < size ? shortenVector(vector, dimensions) : vector;
        embeddings.push(toEmbeddingObject(sized, embeddings.length, format));
      }
    }
  }
  throw new Error('a call ended without its end');
}
