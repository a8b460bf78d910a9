import {
  type CompletionEvent,
  type CompletionStats,
  ContextOverflowError,
  cancel,
  completion,
  InferenceCancelledError,
} from '@qvac/sdk';
import type { CallFailure, ChatEvent, FinishReason, Usage } from '../protocol/events.js';
import type { ChatRequest } from '../protocol/jobs.js';

/** A loaded model that chats. */
export interface ChatModel {
  readonly modelId: string;
  /** Tokens that the prompt and the reply of one call may have together. */
  readonly contextTokens: number;
}

/**
 * Runs one chat completion on a loaded model and emits its events, `end` or `cancelled` last. Aborting `signal` frees
 * the engine, also while the call still waits for an earlier one.
 *
 * @throws what the SDK throws; nothing is emitted after that.
 */
export async function chat(
  { modelId, contextTokens }: ChatModel,
  request: ChatRequest,
  emit: (event: ChatEvent | CallFailure) => void,
  signal: AbortSignal,
): Promise<void> {
  const run = completion({
    modelId,
    history: request.messages.map(({ role, content }) => ({ role, content })),
    generationParams: request.params,
    captureThinking: true,
    stream: true,
  });
  // Its rejection says nothing that the events do not say.
  run.final.catch(() => {});

  let cancelling: Promise<void> | undefined;
  const stop = (): void => {
    cancelling = cancel({ requestId: run.requestId }).catch(() => {}); // a dead engine needs no cancel
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  let stats: CompletionStats = {};
  let deltas = 0;
  let finishReason: FinishReason | 'cancelled' = 'stop';
  try {
    for await (const event of run.events) {
      if (event.type === 'contentDelta') {
        deltas += 1;
        emit({ type: 'text-delta', text: event.text });
      } else if (event.type === 'thinkingDelta') {
        deltas += 1;
        emit({ type: 'thinking-delta', text: event.text });
      } else if (event.type === 'completionStats') stats = event.stats;
      else if (event.type === 'completionDone') finishReason = toFinishReason(event);
    }
  } catch (error) {
    if (error instanceof InferenceCancelledError) {
      finishReason = 'cancelled';
    } else if (error instanceof ContextOverflowError && deltas > 0) {
      // The engine reports a context that the reply has filled as it does a prompt that is too long, without counts.
      finishReason = 'length';
      stats = { promptTokens: Math.max(0, contextTokens - deltas), generatedTokens: deltas };
    } else {
      throw error;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await cancelling;
  }

  if (finishReason === 'cancelled') emit({ type: 'cancelled' });
  else emit({ type: 'end', finishReason, usage: toUsage(stats) });
}

function toUsage({ promptTokens = 0, generatedTokens = 0, cacheTokens = 0 }: CompletionStats): Usage {
  return { promptTokens, completionTokens: generatedTokens, cachedTokens: cacheTokens };
}

function toFinishReason(
  event: Extract<CompletionEvent, { type: 'completionDone' }>,
): FinishReason | 'cancelled' {
  if (event.stopReason === 'error') throw new Error(event.error.message);
  if (event.stopReason === 'length' || event.stopReason === 'cancelled') return event.stopReason;
  return 'stop';
}
