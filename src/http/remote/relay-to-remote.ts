import type { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../models/call-slots.js';
import type { CallKind } from '../../protocol/jobs.js';
import type { Hops } from '../../remote/hops.js';
import { letEnd, readBody, readStart } from '../../remote/remote-body.js';
import { fromRefusal, malformed, type Sayer } from '../../remote/remote-error.js';
import type { RemoteAnswer } from '../../remote/remote-server.js';
import { hideCredentials, toRequestHeaders } from '../../remote/request-headers.js';
import type { RoutedModel } from '../../remote/routed-model.js';
import type { RemoteTarget } from '../../remote/target.js';
import { type AnswerStream, SENT } from '../answer-stream.js';
import { relayStream } from './relay-stream.js';
import { relayTranscript } from './relay-transcript.js';
import { relayWhole } from './relay-whole.js';

/** A request as it goes to a remote. */
export interface RelayedBody {
  readonly contentType: string;
  readonly bytes: number;
  /** From its beginning, each time. */
  readonly open: () => Readable;
}

/** What is asked. */
interface RelayedCall {
  readonly kind: CallKind;
  readonly path: string;
  /** For the target's name of the model. */
  readonly body: (model: string) => RelayedBody;
}

/** Whose request it is, and where its answer goes. */
interface RemoteExchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly stream: AnswerStream;
  readonly caller: Caller;
  readonly hops: Hops;
  /** By `performance.now()`. */
  readonly askedAt: number;
}

/** Of what a remote says about an error. */
const ERROR_LIMIT_BYTES = 64 * 1024;

/** What the API answers with. A page of HTML, of a proxy in between say, must not get to a browser as ours. */
const CONTENT_TYPES =
  /^(?:application\/json|text\/(?:event-stream|plain|vtt)|application\/x-subrip)\s*(?:;|$)/i;

/**
 * Answers a request by a model of another server.
 *
 * @throws what goes wrong, also when a part of a stream has been sent.
 */
export async function relayToRemote(
  { server, model: theirModel }: RemoteTarget,
  { alias, observer, tokens }: RoutedModel,
  { kind, path, body }: RelayedCall,
  { request, reply, stream, caller: { signal, observer: asking }, hops, askedAt }: RemoteExchange,
): Promise<typeof SENT> {
  const { contentType, bytes, open } = body(theirModel);
  const remote: Sayer = { name: server.name, hide: (text) => hideCredentials(text, server.spec) };
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
      throw fromRefusal(remote, { status: statusCode, retryAfter: theirs['retry-after'], text });
    }
    const type = theirs['content-type'] ?? '';
    const encoding = theirs['content-encoding'] ?? 'identity';
    const isStream = /^text\/event-stream/i.test(type);
    // A stream that has begun can't become anything else, but what is no stream can become one if it is just a text.
    const isTooLate = stream.hasBegun && !isStream;
    if (!CONTENT_TYPES.test(type) || encoding !== 'identity' || (isTooLate && kind !== 'transcribe')) {
      outcome = 'whole';
      throw malformed(
        server.name,
        `answers with what is none of this API, or was not asked for (content-type '${remote.hide(type)}', content-encoding '${remote.hide(encoding)}')`,
      );
    }
    const { text } = request.record ?? {};
    const rewritten = { alias, remote, observer, asking, tokens, askedAt, text };
    if (isStream) {
      const error = await relayStream(parts, { ...rewritten, stream });
      outcome = 'whole';
      if (error) throw error;
    } else if (isTooLate) {
      await relayTranscript(parts, { remote: server.name, type, text, stream });
      outcome = 'whole';
    } else {
      stream.close();
      const isWhole = await relayWhole(parts, { ...rewritten, reply, status: statusCode, type });
      if (isWhole) outcome = 'whole';
    }
    return SENT;
  } catch (error) {
    if (signal.aborted) outcome = 'left';
    throw error;
  } finally {
    if (outcome === 'whole') letEnd(answer.message);
    else answer.message.destroy();
    answer.finish(outcome);
  }
}
