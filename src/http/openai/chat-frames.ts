import type { ChatEvent } from '../../protocol/events.js';
import { sseFrame } from '../sse.js';
import { type ChatReplyHead, toUsage } from './chat-reply.js';

/** Writes one completion as the frames of a stream. What never changes is serialised once. */
export interface ChatFrames {
  /** The first frame: whose turn it is. */
  first(): string;
  /** The frames of one event; of `end`, all up to `[DONE]`. */
  of(event: ChatEvent): string;
}

/** @param includeUsage the client asked for token counts: they come in a chunk of their own, after the last choice. */
export function createChatFrames(head: ChatReplyHead, includeUsage: boolean): ChatFrames {
  const chunk = { id: head.id, object: 'chat.completion.chunk', created: head.created, model: head.model };
  const before = `data: ${JSON.stringify(chunk).slice(0, -1)},"choices":[{"index":0,"delta":`;
  const usage = includeUsage ? ',"usage":null' : '';
  const after = `,"logprobs":null,"finish_reason":null}]${usage}}\n\n`;

  function last(end: Extract<ChatEvent, { type: 'end' }>): string {
    const finish = `${before}{},"logprobs":null,"finish_reason":"${end.finishReason}"}]${usage}}\n\n`;
    const counts = includeUsage ? sseFrame({ ...chunk, choices: [], usage: toUsage(end.usage) }) : '';
    return `${finish}${counts}data: [DONE]\n\n`;
  }

  return {
    first: () => `${before}{"role":"assistant","content":"","refusal":null}${after}`,
    of(event) {
      switch (event.type) {
        case 'text-delta':
          return `${before}{"content":${JSON.stringify(event.text)}}${after}`;
        case 'thinking-delta':
          return `${before}{"reasoning_content":${JSON.stringify(event.text)}}${after}`;
        case 'end':
          return last(event);
      }
    },
  };
}
