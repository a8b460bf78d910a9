import type { FastifyInstance } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import { streamCall } from '../../models/stream-call.js';
import type { CallerOf } from '../caller.js';
import { resolveModel } from '../keys/permitted-models.js';
import { CALL } from '../operations/operations.js';
import { parseBody } from '../parse-body.js';
import { refuseWhileDownloading } from '../refuse-while-downloading.js';
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
  app.post('/v1/chat/completions', CALL, async (request, reply) => {
    const body = parseBody(chatRequestSchema, request.body, { messages: 'missing_messages' });
    const host = resolveModel(request, fleet, body.model, 'chat');
    const requests = Array.from({ length: body.n ?? 1 }, (_, choice) => toChatRequest(body, choice));
    const ignored = ignoredParameters(body);
    if (ignored.length > 0) request.log.warn({ parameters: ignored }, 'parameters ignored');

    const abort = new AbortController();
    const caller = callerOf(request, reply, abort);
    if (!body.stream) refuseWhileDownloading(host, reply, abort);
    const images = await readImages(body.messages, host.alias, imageRules, caller.signal);
    if (body.keep_alive != null) host.keepAlive(body.keep_alive);
    const text = request.record?.text;
    text?.asked(JSON.stringify(requests[0]?.messages));
    const choices = requests.map((one, index) => {
      const choice = streamCall<'chat'>(host, { kind: 'chat', request: withImages(one, images) }, caller);
      return text?.overhear(choice, index) ?? choice;
    });
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
