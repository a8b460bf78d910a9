import type { FastifyReply } from 'fastify';
import type { ChatEvent, Usage } from '../../protocol/events.js';
import { beginWhenLate } from '../begin-when-late.js';
import { toErrorBody, toLoggedApiError } from '../error-reply.js';
import { SseReply, sseFrame } from '../sse.js';
import { createChoiceFrames, lastFrames } from './chat-frames.js';
import type { ChatReplyHead } from './chat-reply.js';

/** One choice of a request, that begins when it is iterated. */
type ChoiceEvents = AsyncIterable<ChatEvent[]>;

/** Where a stream of choices goes, and how it looks. */
export interface ChoiceStream {
  readonly head: ChatReplyHead;
  readonly includeUsage: boolean;
  readonly reply: FastifyReply;
}

/**
 * Streams all choices of a request, each as it comes. Until the first does, comments keep the connection alive.
 *
 * @throws what goes wrong before the stream has begun, for a proper reply; after it, it becomes a frame.
 */
export async function streamChoices(choices: readonly ChoiceEvents[], stream: ChoiceStream): Promise<void> {
  const { head, includeUsage, reply } = stream;
  let sse: SseReply | undefined;
  const begin = (): SseReply => {
    sse ??= new SseReply(reply);
    return sse;
  };
  const waiting = beginWhenLate(begin);

  async function pump(choice: ChoiceEvents, index: number): Promise<Usage> {
    const frames = createChoiceFrames(head, index, includeUsage);
    let isFirst = true;
    for await (const events of choice) {
      waiting.end();
      let out = isFirst ? frames.first() : '';
      isFirst = false;
      for (const event of events) out += frames.of(event);
      begin().write(out);
      const last = events.at(-1);
      if (last?.type === 'end') return last.usage;
    }
    throw new Error('a call ended without its end');
  }

  try {
    const usages = await Promise.all(choices.map(pump));
    sse?.end(lastFrames(head, usages, includeUsage));
  } catch (error) {
    if (!sse) throw error;
    sse.end(sseFrame(toErrorBody(toLoggedApiError(error, reply.request))));
  } finally {
    waiting.end();
  }
}
