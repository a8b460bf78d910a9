import type { FastifyInstance } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import { streamCall } from '../../models/stream-call.js';
import type { EmbedEvent } from '../../protocol/events.js';
import type { CallerOf } from '../caller.js';
import { resolveModel } from '../keys/permitted-models.js';
import { CALL } from '../operations/operations.js';
import { parseBody } from '../parse-body.js';
import { refuseWhileDownloading } from '../refuse-while-downloading.js';
import {
  type EncodingFormat,
  shortenVector,
  toEmbeddingList,
  toEmbeddingObject,
} from './embeddings-reply.js';
import { embeddingsRequestSchema, isBatch, toTexts } from './embeddings-request.js';

/** `POST /v1/embeddings`. */
export function embeddingsRoute(app: FastifyInstance, fleet: Fleet, callerOf: CallerOf): void {
  app.post('/v1/embeddings', CALL, async (request, reply) => {
    const body = parseBody(embeddingsRequestSchema, request.body, { input: 'missing_input' });
    const host = resolveModel(request, fleet, body.model, 'embeddings');
    const texts = await toTexts(body.input);
    request.record?.text?.asked(JSON.stringify(texts));
    const abort = new AbortController();
    const caller = callerOf(request, reply, abort);
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
    return reply.type('application/json').send(toEmbeddingList(embeddings, host.alias, promptTokens));
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
