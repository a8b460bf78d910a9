import { randomUUID } from 'node:crypto';
import type { CompletionEvent } from '@qvac/sdk';
import type { ChatEvent, FinishReason } from '../protocol/events.js';
import type { ChatRequest } from '../protocol/jobs.js';
import { parseForcedToolCall } from './forced-tool-call.js';
import { StopMatcher } from './stop-matcher.js';

/** What becomes of the engine's events on their way to the client. */
export interface ChatReply {
  /** Tokens of the reply so far, by the events that they came in. */
  readonly tokens: number;
  accept(event: CompletionEvent): void;
  /** Emits what was held back, and says why the reply ended. */
  finish(engineReason: FinishReason | 'cancelled'): FinishReason;
}

/**
 * @param free ends the generation early: at a stop text, or after the one call of a tool that is allowed.
 */
export function createChatReply(
  { stop = [], tools }: ChatRequest,
  emit: (event: ChatEvent) => void,
  free: () => void,
): ChatReply {
  const matcher = stop.length > 0 ? new StopMatcher(stop) : undefined;
  const isForced = tools?.choice === 'required';
  let forced = '';
  let tokens = 0;
  let toolCalls = 0;
  let isOver = false;

  function acceptText(text: string): void {
    if (isForced) {
      forced += text;
      return;
    }
    const match = matcher ? matcher.push(text) : { text, isStopped: false };
    if (match.text) emit({ type: 'text-delta', text: match.text });
    if (match.isStopped) end();
  }

  function emitToolCall(name: string, json: string): void {
    toolCalls += 1;
    emit({ type: 'tool-call', id: `call_${randomUUID()}`, name, arguments: json });
  }

  function end(): void {
    isOver = true;
    free();
  }

  return {
    get tokens() {
      return tokens;
    },
    accept(event) {
      if (isOver) return;
      switch (event.type) {
        case 'contentDelta':
          tokens += 1;
          return acceptText(event.text);
        case 'thinkingDelta':
          tokens += 1;
          return emit({ type: 'thinking-delta', text: event.text });
        case 'toolCall':
          emitToolCall(event.call.name, JSON.stringify(event.call.arguments));
          if (!tools?.parallel) end();
          return;
        case 'toolError':
          // A call that can't be understood is text: the client sees what the model said.
          return acceptText(event.error.raw ?? '');
      }
    },
    finish(engineReason) {
      if (!isOver) {
        const rest = matcher?.rest();
        if (rest) emit({ type: 'text-delta', text: rest });
        const call = isForced ? parseForcedToolCall(forced) : undefined;
        if (call) emitToolCall(call.name, call.arguments);
        else if (forced) emit({ type: 'text-delta', text: forced });
      }
      if (toolCalls > 0) return 'tool_calls';
      return engineReason === 'length' ? 'length' : 'stop';
    },
  };
}
