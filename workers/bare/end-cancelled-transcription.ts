/**
 * `cancel` of a running transcription stops whisper.cpp, but nobody tells the call: in SDK 0.16 with
 * @qvac/transcription-whispercpp it never settles, and no call after it ever begins. Cancelled while its audio is still
 * decoded, it goes on all the same and makes the next call fail. Both seen with the bare SDK.
 */

/** The part of infer-base's `QvacResponse` that we build on. */
interface EngineResponse {
  await(): Promise<unknown>;
  /** Of no effect once it has settled. */
  failed(error: Error): void;
}

interface Addon {
  cancel?(jobId?: number): Promise<void>;
}

/** The part of `TranscriptionWhispercpp`. The addon is there once the model is loaded. */
interface TranscriptionModel {
  run(audio: AsyncIterable<Uint8Array>): Promise<EngineResponse>;
  readonly addon?: Addon;
}

/** A call from the reading of its audio to its end. */
interface Running {
  isCancelled: boolean;
  response?: EngineResponse;
}

/** Makes a call that is cancelled end, at once and with an error, and leave the engine free. */
export function endCancelledTranscriptions(model: object): void {
  if (!isTranscriptionModel(model)) return;
  const run = model.run;
  let running: Running | undefined;
  /** Settles when the engine has let go of what was cancelled last. */
  let cancelling: Promise<void> = Promise.resolve();
  let watched: Addon | undefined;

  function watchCancel(addon: Addon): void {
    const { cancel } = addon;
    if (addon === watched || !cancel) return;
    watched = addon;
    addon.cancel = async (jobId) => {
      const target = running;
      if (target) target.isCancelled = true;
      const cancelled = cancel.call(addon, jobId);
      cancelling = cancelled.catch(() => {});
      await cancelled;
      target?.response?.failed(new Error('Job cancelled'));
    };
  }

  model.run = async (audio) => {
    if (model.addon) watchCancel(model.addon);
    const call: Running = { isCancelled: false };
    running = call;
    // All of it first, as the engine does too: from here to its start nothing can come between.
    const samples = await readAll(audio, call);
    // A cancel that is late would take the next job for its own, and drop all that the engine says of it.
    await cancelling;
    const response = await run.call(model, samples);
    call.response = response;
    const over = (): void => {
      if (running === call) running = undefined;
    };
    response.await().then(over, over);
    return response;
  };
}

async function* toStream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function readAll(audio: AsyncIterable<Uint8Array>, call: Running): Promise<AsyncIterable<Uint8Array>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of audio) {
    if (call.isCancelled) break;
    chunks.push(chunk);
  }
  if (call.isCancelled) throw new Error('Job cancelled');
  return toStream(chunks);
}

function isTranscriptionModel(model: object): model is TranscriptionModel {
  return typeof (model as Partial<TranscriptionModel>).run === 'function';
}
