import { cancel, transcribe as runTranscription } from '@qvac/sdk';
import type { CallFailure, TranscribeEvent } from '../protocol/events.js';
import type { TranscribeRequest } from '../protocol/jobs.js';
import type { ModelSpec } from '../protocol/model-spec.js';
import { toAudioError } from './transcribe-error.js';

/** A loaded model that writes down what is said. */
export interface TranscribeModel {
  readonly modelId: string;
  /** The prompt of its config, for requests that bring none. */
  readonly prompt: string | undefined;
}

/**
 * The model of a spec. Its prompt is sent along with every call: the SDK forgets that of the config after the first
 * call that has one of its own (`restorePrompt` in its `ops/transcribe.js`, 0.16).
 */
export function toTranscribeModel({ config }: ModelSpec, modelId: string): TranscribeModel {
  const { initial_prompt: prompt } = config as { initial_prompt?: string };
  return { modelId, prompt };
}

/**
 * Writes down a recording and emits `end` with the text, or why there is none. Aborting `signal` frees the engine.
 *
 * @throws what the SDK throws, unless the recording is at fault; nothing is emitted after that.
 */
export async function transcribe(
  model: TranscribeModel,
  request: TranscribeRequest,
  emit: (event: TranscribeEvent | CallFailure) => void,
  signal: AbortSignal,
): Promise<void> {
  const prompt = request.prompt ?? model.prompt;
  const running = runTranscription({
    modelId: model.modelId,
    audioChunk: request.path,
    ...(prompt && { prompt }),
  });
  let cancelling: Promise<void> | undefined;
  const stop = (): void => {
    cancelling = cancel({ requestId: running.requestId }).catch(() => {}); // a dead engine needs no cancel
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  let last: TranscribeEvent | CallFailure = { type: 'cancelled' };
  try {
    const text = await running;
    // Cancelled, the SDK gives what it has so far, or fails: neither is an answer.
    if (!signal.aborted) last = { type: 'end', text: text.trim() };
  } catch (error) {
    const audioError = toAudioError(error);
    if (!signal.aborted) {
      if (!audioError) throw error;
      last = { type: 'error', error: audioError };
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await cancelling;
  }
  emit(last); // who hears of the end finds the engine free
}
