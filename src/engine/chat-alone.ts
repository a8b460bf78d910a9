import {
  type CompletionEvent,
  type CompletionStats,
  ContextOverflowError,
  cancel,
  completion,
  InferenceCancelledError,
} from '@qvac/sdk';
import type { FinishReason, Usage } from '../protocol/events.js';
import type { ChatCall, LastEvent } from './chat-call.js';
import { createChatReply } from './chat-reply.js';

/**
 * Runs a call that has the engine for itself. Emits its events, but for the last, which it returns.
 *
 * @param contextTokens that the prompt and the reply may have together.
 */
export async function chatAlone(
  contextTokens: number,
  { request, params, emit, signal, isDelegated }: ChatCall,
): Promise<LastEvent> {
  const run = completion(params);
  // Its rejection says nothing that the events do not say.
  run.final.catch(() => {});

  let freeing: Promise<void> | undefined;
  const free = (): void => {
    // The SDK passes on to a peer only the word that ends all calls of the model. A dead engine needs no cancel.
    const which = isDelegated ? { modelId: params.modelId } : { requestId: run.requestId };
    freeing ??= cancel(which).catch(() => {});
  };
  signal.addEventListener('abort', free, { once: true });
  if (signal.aborted) free();

  const reply = createChatReply(request, emit, free);
  let stats: CompletionStats = {};
  let finishReason: FinishReason | 'cancelled' = 'stop';
  try {
    for await (const event of run.events) {
      if (event.type === 'completionStats') stats = event.stats;
      else if (event.type === 'completionDone') finishReason = toFinishReason(event);
      else reply.accept(event);
    }
  } catch (error) {
    if (error instanceof InferenceCancelledError) {
      finishReason = 'cancelled';
    } else if (error instanceof ContextOverflowError && reply.tokens > 0) {
      // The engine reports a context that the reply has filled as it does a prompt that is too long, without counts.
      finishReason = 'length';
      stats = { promptTokens: Math.max(0, contextTokens - reply.tokens), generatedTokens: reply.tokens };
    } else {
      throw error;
    }
  } finally {
    signal.removeEventListener('abort', free);
    await freeing;
  }

  if (signal.aborted) return { type: 'cancelled' };
  return { type: 'end', finishReason: reply.finish(finishReason), usage: toUsage(stats, reply.tokens) };
}

/**
 * A run that was cancelled at a stop text has no counts of its own: a token is a delta, nearly always. With `kvCache`, the
 * prompt's tokens are only those that were computed, and the cache's are all that it holds in the end.
 */
function toUsage(
  { promptTokens = 0, generatedTokens, cacheTokens = 0 }: CompletionStats,
  tokens: number,
): Usage {
  const completionTokens = generatedTokens ?? tokens;
  const cachedTokens = Math.max(0, cacheTokens - completionTokens - promptTokens);
  return { promptTokens: promptTokens + cachedTokens, completionTokens, cachedTokens };
}

function toFinishReason(
  event: Extract<CompletionEvent, { type: 'completionDone' }>,
): FinishReason | 'cancelled' {
  if (event.stopReason === 'error') throw new Error(event.error.message);
  if (event.stopReason === 'length' || event.stopReason === 'cancelled') return event.stopReason;
  return 'stop';
}
