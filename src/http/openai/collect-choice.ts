import type { ChatEvent } from '../../protocol/events.js';
import type { Choice } from './chat-reply.js';

/** Waits for a whole reply. */
export async function collectChoice(events: AsyncIterable<ChatEvent[]>): Promise<Choice> {
  let text = '';
  let thinking = '';
  const toolCalls: Extract<ChatEvent, { type: 'tool-call' }>[] = [];
  for await (const batch of events) {
    for (const event of batch) {
      if (event.type === 'text-delta') text += event.text;
      else if (event.type === 'thinking-delta') thinking += event.text;
      else if (event.type === 'tool-call') toolCalls.push(event);
      else return { text, thinking, toolCalls, finishReason: event.finishReason, usage: event.usage };
    }
  }
  throw new Error('a call ended without its end');
}
