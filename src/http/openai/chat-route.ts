import type { FastifyInstance } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import { streamCall } from '../../models/stream-call.js';
import type { CallerOf } from '../caller.js';
import { parseBody } from '../parse-body.js';
import { type ImageRules, readImages, withImages } from './chat-images.js';
import { createChatReplyHead, toChatCompletion } from './chat-reply.js';
import { chatRequestSchema, ignoredParameters, toChatRequest } from './chat-request.js';
import { collectChoice } from './collect-choice.js';
import { streamChoices } from './stream-choices.js';

/** `POST /v1/chat/completions`. */
export function chatRoute(
  app: FastifyInstance,
  fleet: Fleet,
  callerOf: CallerOf,
  imageRules: ImageRules,
): void {
  app.post('/v1/chat/completions', async (request, reply) => {
    const body = parseBody(chatRequestSchema, request.body, { messages: 'missing_messages' });
    const host = fleet.resolve(body.model ?? undefined, 'chat');
    request.servedBy = host.alias;
    const requests = Array.from({ length: body.n ?? 1 }, (_, choice) => toChatRequest(body, choice));
    const ignored = ignoredParameters(body);
    if (ignored.length > 0) request.log.warn({ parameters: ignored }, 'parameters ignored');

    const abort = new AbortController();
    const caller = callerOf(request, reply, abort);
    const images = await readImages(body.messages, host.alias, imageRules, caller.signal);
    if (body.keep_alive != null) host.keepAlive(body.keep_alive);
    const choices = requests.map((one) =>
      streamCall<'chat'>(host, { kind: 'chat', request: withImages(one, images) }, caller),
    );
    const head = createChatReplyHead(host.alias);
    try {
      if (!body.stream) return toChatCompletion(head, await Promise.all(choices.map(collectChoice)));
      const includeUsage = body.stream_options?.include_usage === true;
      await streamChoices(choices, { head, includeUsage, reply });
      return reply;
    } finally {
      abort.abort(); // when one choice has failed, nobody wants the others
    }
  });
}
