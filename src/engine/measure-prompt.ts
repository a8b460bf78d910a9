import { batchCompletion, cancel } from '@qvac/sdk';
import type { CompletionParams } from './chat-params.js';
import { toBatchPrompt } from './to-batch-prompt.js';

/** More tokens than any context holds, and few enough for the engine's 32 bits. */
const BEYOND_ANY_CONTEXT = 2 ** 30;

/** The engine's refusal of a call that would not fit, which it gives before it computes anything. */
const REFUSAL = /n_predict \d+ \+ prompt (\d+) .*exceeds per-sequence cap/;

/**
 * How many tokens a prompt has, for a model that was loaded with `parallel`. The engine alone can say, and of a batch it
 * says the sum only. Asked for more tokens than fit it refuses, and names the prompt's; the cost is that of making the
 * prompt's tokens.
 *
 * @throws what the engine says of a prompt that is too long for a slot, of a schema that it can't enforce and of an image
 *   that it can't read: found here, it does not take others of a batch along.
 */
export async function measurePrompt(modelId: string, params: CompletionParams): Promise<number> {
  const generationParams = { ...params.generationParams, predict: BEYOND_ANY_CONTEXT };
  const run = batchCompletion({
    modelId,
    prompts: [toBatchPrompt({ ...params, generationParams })],
  });
  try {
    for await (const _ of run.events) void cancel({ requestId: run.requestId }).catch(() => {});
  } catch (error) {
    const refusal = REFUSAL.exec(error instanceof Error ? error.message : '');
    if (refusal) return Number(refusal[1]);
    throw error;
  }
  throw new Error('the engine did not measure the prompt');
}
