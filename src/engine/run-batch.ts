import { batchCompletion, cancel } from '@qvac/sdk';
import { BatchPlace } from './batch-place.js';
import { BatchSteps } from './batch-steps.js';
import type { ChatCall, LastEvent } from './chat-call.js';
import { toBatchPrompt } from './to-batch-prompt.js';

/** A call that was measured and fits. */
export interface FittingCall extends ChatCall {
  readonly promptTokens: number;
  /** Most tokens of its reply, which is in its parameters too. */
  readonly limit: number;
  readonly onOver: (last: LastEvent) => void;
}

/**
 * Runs calls together, each with its own events and its own end. One that is cancelled, or has come to its stop text, is
 * over at once; its place in the engine is free when the batch has ended, or when no call is left that needs it, which
 * ends the batch.
 *
 * @throws what the engine says; calls that were over by then have had their end.
 */
export async function runBatch(modelId: string, calls: readonly FittingCall[]): Promise<void> {
  const run = batchCompletion({
    modelId,
    prompts: calls.map(({ params }, index) => toBatchPrompt(params, String(index))),
    stream: true,
    captureThinking: true,
    emitRawDeltas: true, // one for each text of the engine: what the SDK makes of it may come later
  });
  let freeing: Promise<void> | undefined;
  const steps = new BatchSteps(calls.length);
  const places = calls.map(
    (call, index) => new BatchPlace({ ...call, call, index, steps, onOver: leave(call) }),
  );

  function leave({ onOver }: FittingCall): FittingCall['onOver'] {
    return (last) => {
      onOver(last);
      if (places.some(({ isOver }) => !isOver)) return;
      freeing ??= cancel({ requestId: run.requestId }).catch(() => {}); // a dead engine needs no cancel
    };
  }

  const unwatch = calls.map(({ signal }, index) => {
    const onAbort = (): void => places[index]?.cancel();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    return () => signal.removeEventListener('abort', onAbort);
  });
  try {
    for await (const { id, event } of run.events) {
      const index = Number(id);
      if (event.type === 'rawDelta') {
        // Of the step before, so that what the SDK made of it has come.
        for (const place of places) place.endIfSilent();
        steps.saw(index);
      }
      places[index]?.accept(event);
    }
    for (const place of places) place.finish();
  } finally {
    for (const stop of unwatch) stop();
    await freeing;
  }
}
