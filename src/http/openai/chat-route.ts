import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import type { CallStream } from '../../pool/call-stream.js';
import type { ChatEvent } from '../../protocol/events.js';
import { toErrorBody, toLoggedApiError } from '../error-reply.js';
import { hangUpSignal } from '../hang-up.js';
import { parseBody } from '../parse-body.js';
import { SseReply, sseFrame } from '../sse.js';
import { createChatFrames } from './chat-frames.js';
import { type ChatReplyHead, createChatReplyHead, toChatCompletion } from './chat-reply.js';
import { chatRequestSchema, toChatMessages, toGenerationParams } from './chat-request.js';

/** `POST /v1/chat/completions`. */
export function chatRoute(app: FastifyInstance, fleet: Fleet): void {
  app.post('/v1/chat/completions', async (request, reply) => {
    const body = parseBody(chatRequestSchema, request.body, { messages: 'missing_messages' });
    const host = fleet.resolve(body.model ?? undefined, 'chat');
    const signal = hangUpSignal(reply);
    const call = await host.call<'chat'>(
      { kind: 'chat', request: { messages: toChatMessages(body), params: toGenerationParams(body) } },
      signal,
    );
    const head = createChatReplyHead(host.alias);
    if (!body.stream) return collect(call, head);
    await stream(call, head, body.stream_options?.include_usage === true, reply, signal);
    return reply;
  });
}

async function collect(call: CallStream<ChatEvent>, head: ChatReplyHead) {
  let text = '';
  let thinking = '';
  for await (const events of call) {
    for (const event of events) {
      if (event.type === 'text-delta') text += event.text;
      else if (event.type === 'thinking-delta') thinking += event.text;
      else if (event.type === 'end') return toChatCompletion(head, text, thinking, event);
    }
  }
  throw new Error('a call ended without its end');
}

/** Until the first event an error is a proper reply; after it, a frame. */
async function stream(
  call: CallStream<ChatEvent>,
  head: ChatReplyHead,
  includeUsage: boolean,
  reply: FastifyReply,
  signal: AbortSignal,
): Promise<void> {
  const frames = createChatFrames(head, includeUsage);
  let sse: SseReply | undefined;
  try {
    for await (const events of call) {
      let out = '';
      if (!sse) {
        sse = new SseReply(reply);
        out = frames.first();
      }
      for (const event of events) out += frames.of(event);
      await sse.write(out, signal);
    }
    sse?.end('');
  } catch (error) {
    if (!sse) throw error;
    sse.end(sseFrame(toErrorBody(toLoggedApiError(error, reply.log))));
  }
}
