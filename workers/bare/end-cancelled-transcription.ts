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

/** The part of `TranscriptionWhispercpp`. The addon is there once the model is loaded. */
interface TranscriptionModel {
  run(audio: AsyncIterable<Uint8Array>): Promise<EngineResponse>;
  readonly addon?: { cancel?(jobId?: number): Promise<void> };
}

/** Makes a call that is cancelled end, at once and with an error, and leave the engine free. */
export function endCancelledTranscriptions(model: object): void {
  if (!isTranscriptionModel(model)) return;
  const run = model.run;
  model.run = async (audio) => {
    const { addon } = model;
    const cancel = addon?.cancel;
    if (!addon || !cancel) return run.call(model, audio);
    let response: EngineResponse | undefined;
    let isCancelled = false;
    addon.cancel = async (jobId) => {
      isCancelled = true;
      await cancel.call(addon, jobId);
      response?.failed(new Error('Job cancelled'));
    };
    const restore = (): void => {
      addon.cancel = cancel;
    };
    try {
      // All of it first, as the engine does too: from here to its start nothing can come between.
      const samples = await readAll(audio, () => isCancelled);
      response = await run.call(model, samples);
    } catch (error) {
      restore();
      throw error;
    }
    response.await().then(restore, restore);
    return response;
  };
}

async function* toStream(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function readAll(
  audio: AsyncIterable<Uint8Array>,
  isCancelled: () => boolean,
): Promise<AsyncIterable<Uint8Array>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of audio) {
    if (isCancelled()) break;
    chunks.push(chunk);
  }
  if (isCancelled()) throw new Error('Job cancelled');
  return toStream(chunks);
}

function isTranscriptionModel(model: object): model is TranscriptionModel {
  return typeof (model as Partial<TranscriptionModel>).run === 'function';
}
