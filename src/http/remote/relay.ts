import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../models/call-slots.js';
import type { ModelHost } from '../../models/model-host.js';
import { ApiError } from '../../protocol/errors.js';
import type { CallKind } from '../../protocol/jobs.js';
import type { Hops } from '../../remote/hops.js';
import { readBody, readStart } from '../../remote/remote-body.js';
import { fromRefusal, malformed } from '../../remote/remote-error.js';
import type { RemoteAnswer } from '../../remote/remote-server.js';
import { toRequestHeaders } from '../../remote/request-headers.js';
import type { RoutedModel } from '../../remote/routed-model.js';
import type { RemoteTarget } from '../../remote/target.js';
import { relayStream } from './relay-stream.js';
import { relayWhole } from './relay-whole.js';

/** The answer has been sent: there is nothing to return but the reply. */
export const SENT = Symbol('sent');

/** A request as it goes to a remote. */
export interface RelayedBody {
  readonly contentType: string;
  readonly bytes: number;
  /** From its beginning, each time. */
  readonly open: () => Readable;
}

/** What a route knows of a request that goes elsewhere. */
export interface RelayedRequest<Local> {
  readonly kind: CallKind;
  /** Of the API, without `/v1`. */
  readonly path: string;
  /** For a target's name of the model. */
  readonly body: (model: string) => RelayedBody;
  /**
   * Answers by a model of this gateway. Throws while nothing of the answer has been sent, and later never. `attempt` ends this
   * try only, after which another target may follow.
   */
  readonly local: (host: ModelHost, caller: Caller, attempt: AbortController) => Promise<Local>;
}

/** Who asked, and where the answer goes. */
export interface RelayedExchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly caller: Caller;
  readonly hops: Hops;
}

/** Of what a remote says about an error. */
const ERROR_LIMIT_BYTES = 64 * 1024;

/** What the API answers with. A page of HTML, of a proxy in between say, must not get to a browser as ours. */
const CONTENT_TYPES =
  /^(?:application\/json|text\/(?:event-stream|plain|vtt)|application\/x-subrip)\s*(?:;|$)/i;

/**
 * Answers a request by one of the targets of its model.
 *
 * @returns what `local` returned, or {@link SENT}.
 * @throws as `RoutedModel.run`, while nothing of the answer has been sent.
 */
export function relay<Local>(
  model: RoutedModel,
  asked: RelayedRequest<Local>,
  exchange: RelayedExchange,
): Promise<Local | typeof SENT> {
  const askedAt = performance.now();
  return model.run<Local | typeof SENT>(asked.kind, exchange.caller, async (target, caller) => {
    if (target.kind === 'remote') return relayTo(target, model, asked, { ...exchange, caller }, askedAt);
    const host = target.find();
    if (!host)
      throw new ApiError('model_not_found', `Model '${target.alias}' is not in the config any more.`);
    const attempt = new AbortController();
    const signal = AbortSignal.any([caller.signal, attempt.signal]);
    return asked.local(host, { ...caller, signal }, attempt);
  });
}

async function relayTo(
  target: RemoteTarget,
  model: RoutedModel,
  { path, body }: Pick<RelayedRequest<unknown>, 'path' | 'body'>,
  { request, reply, caller: { signal, observer: asking }, hops }: RelayedExchange,
  askedAt: number,
): Promise<typeof SENT> {
  const { server } = target;
  const { contentType, bytes, open } = body(target.model);
  const headers = toRequestHeaders({
    server: server.spec,
    contentType,
    contentLength: bytes,
    requestId: request.id,
    hops: hops.next(request.headers),
  });
  const answer = await server.send({ path, headers, body: open }, signal);
  const parts = readBody(server.name, answer.message, server.spec.idleTimeoutMs, signal);
  let outcome: Parameters<RemoteAnswer['finish']>[0] = 'broken';
  try {
    const { statusCode = 0, headers: theirs } = answer.message;
    if (statusCode < 200 || statusCode > 299) {
      const text = await readStart(parts, ERROR_LIMIT_BYTES);
      outcome = 'whole';
      throw fromRefusal(server.name, { status: statusCode, retryAfter: theirs['retry-after'], text });
    }
    const type = theirs['content-type'] ?? '';
    const encoding = theirs['content-encoding'] ?? 'identity';
    if (!CONTENT_TYPES.test(type) || encoding !== 'identity') {
      outcome = 'whole';
      throw malformed(
        server.name,
        `answers with what is none of this API (content-type '${type}', content-encoding '${encoding}')`,
      );
    }
    const { alias, observer, tokens } = model;
    const rewritten = {
      alias,
      remote: server.name,
      observer,
      asking,
      tokens,
      askedAt,
      reply,
      text: request.record?.text,
    };
    if (/^text\/event-stream/i.test(type)) await relayStream(parts, rewritten);
    else await relayWhole(parts, { ...rewritten, status: statusCode, type });
    outcome = 'whole';
    return SENT;
  } catch (error) {
    if (signal.aborted) outcome = 'left';
    if (!reply.sent) throw error;
    return SENT; // it ended with the error
  } finally {
    answer.message.destroy(); // what is left of it, if anything
    answer.finish(outcome);
  }
}
