import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../models/call-slots.js';
import type { Fleet } from '../../models/fleet.js';
import type { ModelHost } from '../../models/model-host.js';
import { streamCall } from '../../models/stream-call.js';
import type { Hops } from '../../remote/hops.js';
import { type AnswerStream, SENT, withAnswerStream } from '../answer-stream.js';
import type { CallerOf } from '../caller.js';
import { resolveModel } from '../keys/permitted-models.js';
import { CALL } from '../operations/operations.js';
import { parseBody } from '../parse-body.js';
import { refuseWhileDownloading } from '../refuse-while-downloading.js';
import { findRouted } from '../remote/find-routed.js';
import { toJsonBody } from '../remote/json-body.js';
import { type LocalAttempt, relay } from '../remote/relay.js';
import { type ImageRules, readImages, withImages } from './chat-images.js';
import { createChatReplyHead, toChatCompletion } from './chat-reply.js';
import { type ChatRequestBody, chatRequestSchema, ignoredParameters, toChatRequest } from './chat-request.js';
import { collectChoice } from './collect-choice.js';
import { streamChoices } from './stream-choices.js';

/** A request that is answered here. */
interface ChatExchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly body: ChatRequestBody;
  /** Aborts the caller's signal. */
  readonly abort: AbortController;
  readonly caller: Caller;
  readonly stream: AnswerStream;
}

const checkBody = (body: unknown): ChatRequestBody =>
  parseBody(chatRequestSchema, body, { messages: 'missing_messages' });

/** `POST /v1/chat/completions`. */
export function chatRoute(
  app: FastifyInstance,
  fleet: Fleet,
  callerOf: CallerOf,
  imageRules: ImageRules,
  hops: Hops,
): void {
  /** Answers by a model of this gateway. */
  async function answer(
    host: ModelHost,
    name: string,
    { request, reply, body, abort, caller, stream }: ChatExchange,
  ) {
    const requests = Array.from({ length: body.n ?? 1 }, (_, choice) => toChatRequest(body, choice));
    const ignored = ignoredParameters(body);
    if (ignored.length > 0) request.log.warn({ parameters: ignored }, 'parameters ignored');

    if (!body.stream) refuseWhileDownloading(host, reply, abort);
    const images = await readImages(body.messages, host.alias, imageRules, caller.signal);
    if (body.keep_alive != null) host.keepAlive(body.keep_alive);
    const text = request.record?.text;
    text?.asked(JSON.stringify(requests[0]?.messages));
    const choices = requests.map((one, index) => {
      const choice = streamCall<'chat'>(host, { kind: 'chat', request: withImages(one, images) }, caller);
      return text?.overhear(choice, index) ?? choice;
    });
    const head = createChatReplyHead(name);
    try {
      if (!body.stream) return toChatCompletion(head, await Promise.all(choices.map(collectChoice)));
      const includeUsage = body.stream_options?.include_usage === true;
      await streamChoices(choices, { head, includeUsage, stream });
      return SENT;
    } finally {
      abort.abort(); // when one choice has failed, nobody wants the others
    }
  }

  app.post<{ Body: { model?: unknown; messages?: unknown; stream?: unknown } | undefined }>(
    '/v1/chat/completions',
    CALL,
    async (request, reply) => {
      const abort = new AbortController();
      const routed = findRouted(request, fleet, request.body?.model, 'chat');
      if (routed) {
        const body = toJsonBody(request, ['messages', 'missing_messages']);
        request.record?.text?.asked(JSON.stringify(request.body?.messages));
        const caller = callerOf(request, reply, abort);
        const local = async (host: ModelHost, own: LocalAttempt) =>
          answer(host, routed.alias, { request, reply, body: checkBody(request.body), ...own });
        const isStream = request.body?.stream === true;
        const asked = { kind: 'chat', path: '/chat/completions', isStream, body, local } as const;
        const answered = await relay(routed, asked, { request, reply, caller, hops });
        return answered === SENT ? reply : answered;
      }
      const body = checkBody(request.body);
      const host = resolveModel(request, fleet, body.model, 'chat');
      const caller = callerOf(request, reply, abort);
      const answered = await withAnswerStream(reply, body.stream === true, (stream) =>
        answer(host, host.alias, { request, reply, body, abort, caller, stream }),
      );
      return answered === SENT ? reply : answered;
    },
  );
}
