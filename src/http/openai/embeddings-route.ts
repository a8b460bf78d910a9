import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import type { Caller } from '../../models/call-slots.js';
import type { Fleet } from '../../models/fleet.js';
import type { ModelHost } from '../../models/model-host.js';
import { streamCall } from '../../models/stream-call.js';
import type { EmbedEvent } from '../../protocol/events.js';
import type { Hops } from '../../remote/hops.js';
import type { CallerOf } from '../caller.js';
import { parseBody } from '../parse-body.js';
import { findRouted } from '../remote/find-routed.js';
import { toJsonBody } from '../remote/json-body.js';
import { relay, SENT } from '../remote/relay.js';
import {
  type EncodingFormat,
  shortenVector,
  toEmbeddingList,
  toEmbeddingObject,
} from './embeddings-reply.js';
import { embeddingsRequestSchema, isBatch, toTexts } from './embeddings-request.js';

const checkBody = (body: unknown) => parseBody(embeddingsRequestSchema, body, { input: 'missing_input' });

/** `POST /v1/embeddings`. */
export function embeddingsRoute(app: FastifyInstance, fleet: Fleet, callerOf: CallerOf, hops: Hops): void {
  /** Answers by a model of this gateway, as JSON. */
  async function answer(
    host: ModelHost,
    name: string,
    body: ReturnType<typeof checkBody>,
    caller: Caller,
    log: FastifyBaseLogger,
  ): Promise<string> {
    const texts = await toTexts(body.input);
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
      log.warn(
        { model: host.alias, dimensions: body.dimensions, size },
        'dimensions ignored: the vectors of the model are shorter',
      );
    }
    return toEmbeddingList(embeddings, name, promptTokens);
  }

  app.post<{ Body: { model?: unknown } | undefined }>('/v1/embeddings', async (request, reply) => {
    const routed = findRouted(fleet, request.body?.model, 'embeddings');
    if (routed) {
      const body = toJsonBody(request, ['input', 'missing_input']);
      const caller = callerOf(request, reply);
      const local = async (host: ModelHost, own: Caller) =>
        answer(host, routed.alias, checkBody(request.body), own, request.log);
      const asked = { kind: 'embed', path: '/embeddings', body, local } as const;
      const answered = await relay(routed, asked, { request, reply, caller, hops });
      return answered === SENT ? reply : reply.type('application/json').send(answered);
    }
    const body = checkBody(request.body);
    const host = fleet.resolve(body.model ?? undefined, 'embeddings');
    request.servedBy = host.alias;
    const list = await answer(host, host.alias, body, callerOf(request, reply), request.log);
    return reply.type('application/json').send(list);
  });
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
