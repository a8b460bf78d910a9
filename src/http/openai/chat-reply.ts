import { randomUUID } from 'node:crypto';
import type { ChatEvent, FinishReason, Usage } from '../../protocol/events.js';

/** What stays the same in all parts of one completion. */
export interface ChatReplyHead {
  /** `chatcmpl-…`, one for the whole stream. */
  readonly id: string;
  /** Unix time in seconds. */
  readonly created: number;
  readonly model: string;
}

type ToolCallEvent = Extract<ChatEvent, { type: 'tool-call' }>;

/** A whole reply, collected from its events. */
export interface Choice {
  readonly text: string;
  readonly thinking: string;
  readonly toolCalls: readonly ToolCallEvent[];
  readonly finishReason: FinishReason;
  readonly usage: Usage;
}

export function createChatReplyHead(model: string): ChatReplyHead {
  return { id: `chatcmpl-${randomUUID()}`, created: Math.floor(Date.now() / 1000), model };
}

/** The body of a blocking completion. */
export function toChatCompletion(head: ChatReplyHead, choices: readonly Choice[]) {
  return {
    id: head.id,
    object: 'chat.completion',
    created: head.created,
    model: head.model,
    choices: choices.map((choice, index) => ({
      index,
      message: toMessage(choice),
      logprobs: null,
      finish_reason: choice.finishReason,
    })),
    usage: toUsage(choices.map(({ usage }) => usage)),
  };
}

function toMessage({ text, thinking, toolCalls }: Choice) {
  return {
    role: 'assistant',
    content: toolCalls.length > 0 && text === '' ? null : text,
    refusal: null,
    ...(thinking && { reasoning_content: thinking }),
    ...(toolCalls.length > 0 && { tool_calls: toolCalls.map(toToolCall) }),
  };
}

/** A call of a tool in OpenAI's shape. */
export function toToolCall({ id, name, arguments: json }: ToolCallEvent) {
  return { id, type: 'function', function: { name, arguments: json } };
}

/** Token counts in OpenAI's shape: all choices have the same prompt, which counts once. */
export function toUsage(usages: readonly Usage[]) {
  const promptTokens = Math.max(0, ...usages.map((usage) => usage.promptTokens));
  const completionTokens = usages.reduce((sum, usage) => sum + usage.completionTokens, 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: Math.max(0, ...usages.map((usage) => usage.cachedTokens)) },
  };
}
