import { randomUUID } from 'node:crypto';
import type { ChatEvent, Usage } from '../../protocol/events.js';

/** What stays the same in all parts of one completion. */
export interface ChatReplyHead {
  /** `chatcmpl-…`, one for the whole stream. */
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
}

type EndEvent = Extract<ChatEvent, { type: 'end' }>;

export function createChatReplyHead(model: string): ChatReplyHead {
  return { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model };
}

/** The body of a blocking completion. */
export function toChatCompletion(head: ChatReplyHead, text: string, thinking: string, end: EndEvent) {
  return {
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text,
          refusal: null,
          ...(thinking && { reasoning_content: thinking }),
        },
        logprobs: null,
        finish_reason: end.finishReason,
      },
    ],
    usage: toUsage(end.usage),
  };
}

/** Token counts in OpenAI's shape. */
export function toUsage({ promptTokens, completionTokens, cachedTokens }: Usage) {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}
