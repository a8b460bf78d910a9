import type { ChatEvent, Usage } from '../../protocol/events.js';
import type { AnswerStream } from '../answer-stream.js';
import { createChoiceFrames, lastFrames } from './chat-frames.js';
import type { ChatReplyHead } from './chat-reply.js';

/** One choice of a request, that begins when it is iterated. */
type ChoiceEvents = AsyncIterable<ChatEvent[]>;

/** Where a stream of choices goes, and how it looks. */
export interface ChoiceStream {
  readonly head: ChatReplyHead;
  readonly includeUsage: boolean;
  readonly stream: AnswerStream;
}

/**
 * Streams all choices of a request, each as it comes.
 *
 * @throws what goes wrong. Nothing more is written then, and the stream is not ended.
 */
export async function streamChoices(
  choices: readonly ChoiceEvents[],
  { head, includeUsage, stream }: ChoiceStream,
): Promise<void> {
  let hasFailed = false;

  async function pump(choice: ChoiceEvents, index: number): Promise<Usage> {
    const frames = createChoiceFrames(head, index, includeUsage);
    let isFirst = true;
    for await (const events of choice) {
      if (hasFailed) break; // another choice, whose error is told, or whose place another model takes
      let out = isFirst ? frames.first() : '';
      isFirst = false;
      for (const event of events) out += frames.of(event);
      stream.write(out);
      const last = events.at(-1);
      if (last?.type === 'end') return last.usage;
    }
    throw new Error('a call ended without its end');
  }

  try {
    const usages = await Promise.all(choices.map(pump));
    stream.end(lastFrames(head, usages, includeUsage));
  } catch (error) {
    hasFailed = true;
    throw error;
  }
}
