import { chatAlone } from './chat-alone.js';
import type { ChatCall, LastEvent } from './chat-call.js';
import type { ConversationCache } from './conversation-cache.js';

/** As `chatAlone`, with the engine computing only what is new of a conversation that it has kept. */
export async function chatCached(
  cache: ConversationCache,
  contextTokens: number,
  call: ChatCall,
): Promise<LastEvent> {
  const turn = cache.begin(call.params);
  if (!turn) return chatAlone(contextTokens, call);
  let reply = '';
  let last: LastEvent | undefined;
  try {
    last = await chatAlone(contextTokens, {
      ...call,
      params: { ...call.params, kvCache: turn.key },
      emit(event) {
        if (event.type === 'text-delta') reply += event.text;
        call.emit(event);
      },
    });
  } finally {
    await cache.end(turn, last?.type === 'end' ? reply : undefined);
  }
  if (last.type !== 'end' || turn.isHit) return last;
  // What the SDK computed first of a new conversation is in the cache by then, but was not before.
  return { ...last, usage: { ...last.usage, cachedTokens: 0 } };
}
