/**
 * Cancels a transcription such that its call ends and the next one is well.
 *
 * `cancel` of @qvac/transcription-whispercpp (SDK 0.16) stops whisper.cpp, but forgets the job before whisper.cpp says
 * that it ended. So the call never settles and none after it ever begins; or the word of its end comes late, is taken for
 * that of the next call, and that one ends without its text. That of @qvac/transcription-parakeet waits for the end, but
 * keeps it from the call, which never settles either. Cancelled while its audio is still decoded, a call goes on all the
 * same. Each seen with the bare SDK. And a cancel that the engine is still busy with when its call has ended can hit the next one,
 * whose client did nothing: so that waits until the engine has answered all of them.
 */

/** The part of `TranscriptionWhispercpp` and `TranscriptionParakeet` that we build on. The addon is there once loaded. */
interface TranscriptionModel {
  run(audio: AsyncIterable<Uint8Array>): Promise<{ await(): Promise<unknown> }>;
  readonly addon?: Addon;
}

/** Its private `WhisperInterface` or `ParakeetInterface`. */
interface Addon {
  cancel(jobId?: number): Promise<void>;
  readonly _binding: { cancel(handle: unknown): Promise<void> };
  readonly _handle: unknown;
}

/** The engine's own words. */
const CANCELLED = 'Job cancelled';

/** A call from the reading of its audio to its end. */
interface Running {
  isCancelled: boolean;
  /** Settles when the engine says that it is over; `undefined` before it has begun there. */
  over?: Promise<void>;
}

/**
 * Makes the model's calls end when they are cancelled. A model that does not look as expected is left as it is.
 *
 * @param repeatMs how long until the engine is told again, if it may pass over a cancel.
 */
export function endCancelledTranscriptions(model: object, repeatMs?: number): void {
  if (!isTranscriptionModel(model)) return;
  const run = model.run;
  let running: Running | undefined;
  let watched: Addon | undefined;
  /** Settles when the engine has answered all cancels so far. */
  let cancels: Promise<unknown> = Promise.resolve();

  function watchCancel(addon: Addon): void {
    if (addon === watched) return;
    watched = addon;
    const { cancel } = addon;
    addon.cancel = async (jobId) => {
      const call = running;
      if (call) call.isCancelled = true;
      if (!call?.over) return cancel.call(addon, jobId);
      // The engine itself, past the addon's bookkeeping, which then hears of the end as of any other.
      while (running === call) {
        const cancelled = addon._binding.cancel(addon._handle).catch(() => {});
        cancels = Promise.all([cancels, cancelled]);
        await (repeatMs === undefined ? call.over : Promise.race([call.over, sleep(repeatMs)]));
      }
    };
  }

  model.run = async (audio) => {
    if (isAddon(model.addon)) watchCancel(model.addon);
    const call: Running = { isCancelled: false };
    running = call;
    // All of it first, as the engine does too: from here to its start nothing can come between.
    const samples = await readAll(audio, call);
    await cancels;
    if (call.isCancelled) throw new Error(CANCELLED);
    const response = await run.call(model, samples);
    const end = (): void => {
      if (running === call) running = undefined;
    };
    call.over = response.await().then(end, end);
    return response;
  };
}

async function readAll(audio: AsyncIterable<Uint8Array>, call: Running): Promise<AsyncIterable<Uint8Array>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of audio) {
    if (call.isCancelled) break;
    chunks.push(chunk);
  }
  return toStream(chunks);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function* toStream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

function isTranscriptionModel(model: object): model is TranscriptionModel {
  return typeof (model as Partial<TranscriptionModel>).run === 'function';
}

function isAddon(addon: Partial<Addon> | undefined): addon is Addon {
  return typeof addon?.cancel === 'function' && typeof addon._binding?.cancel === 'function';
}
