import type { ChatEvent, Usage } from '../../protocol/events.js';
import { sseFrame } from '../sse.js';
import { type ChatReplyHead, toToolCall, toUsage } from './chat-reply.js';

/** Writes one choice of a completion as the frames of a stream. What never changes is serialised once. */
export interface ChoiceFrames {
  /** The first frame: whose turn it is. */
  first(): string;
  /** The frame of one event. */
  of(event: ChatEvent): string;
}

/**
 * @param index which of the request's choices it is.
 * @param includeUsage the client asked for token counts, and expects the field in every chunk.
 */
export function createChoiceFrames(head: ChatReplyHead, index: number, includeUsage: boolean): ChoiceFrames {
  const before = `data: ${JSON.stringify(toChunk(head)).slice(0, -1)},"choices":[{"index":${index},"delta":`;
  const end = includeUsage ? '}],"usage":null}\n\n' : '}]}\n\n';
  const after = `,"logprobs":null,"finish_reason":null${end}`;
  let toolCalls = 0;

  return {
    first: () => `${before}{"role":"assistant","content":"","refusal":null}${after}`,
    of(event) {
      switch (event.type) {
        case 'text-delta':
          return `${before}{"content":${JSON.stringify(event.text)}}${after}`;
        case 'thinking-delta':
          return `${before}{"reasoning_content":${JSON.stringify(event.text)}}${after}`;
        case 'tool-call': {
          const delta = { tool_calls: [{ index: toolCalls++, ...toToolCall(event) }] };
          return `${before}${JSON.stringify(delta)}${after}`;
        }
        case 'end':
          return `${before}{},"logprobs":null,"finish_reason":"${event.finishReason}"${end}`;
      }
    },
  };
}

/** What follows the last choice: the token counts in a chunk of their own, if they were asked for, and `[DONE]`. */
export function lastFrames(head: ChatReplyHead, usages: readonly Usage[], includeUsage: boolean): string {
  const counts = includeUsage ? sseFrame({ ...toChunk(head), choices: [], usage: toUsage(usages) }) : '';
  return `${counts}data: [DONE]\n\n`;
}

function toChunk({ id, created, model }: ChatReplyHead) {
  return { id, object: 'chat.completion.chunk', created, model };
}
