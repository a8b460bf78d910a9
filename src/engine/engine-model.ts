import { once } from 'node:events';
import { close, type LoadModelOptions, loadModel, unloadModel, WorkerCrashedError } from '@qvac/sdk';
import type { CallFailure, LifeEvent } from '../protocol/events.js';
import type { Call, CallKind, EventOf } from '../protocol/jobs.js';
import type { ModelSpec } from '../protocol/model-spec.js';
import { cacheFolder } from './cache-folder.js';
import { chat } from './chat.js';
import { type ChatModel, toChatModel } from './chat-model.js';
import { embed } from './embed.js';
import { type EngineProcess, watchEngineProcess } from './engine-process.js';
import { reportLoadLog } from './load-log.js';
import { toLocalSources } from './local-sources.js';
import { toErrorData } from './to-error-data.js';
import { TokenMeter } from './token-meter.js';
import { toTranscribeModel, transcribe } from './transcribe.js';

/** The one model that a worker thread owns, in a `bare` process of its own. */
export class EngineModel {
  readonly #spec: ModelSpec;
  readonly #report: (event: LifeEvent) => void;
  readonly #process: EngineProcess;
  readonly #meter = new TokenMeter();
  #modelId: string | undefined;
  #chatModel: ChatModel | undefined;

  /** @param report takes what happens to the model and its process, for as long as they live. */
  constructor(spec: ModelSpec, report: (event: LifeEvent) => void) {
    this.#spec = spec;
    this.#report = report;
    this.#process = watchEngineProcess(report);
  }

  /** Loads the model and reports `loaded` or `load-failed`. It never rejects. */
  async load(wantsLog: boolean): Promise<void> {
    const endLog = wantsLog ? reportLoadLog(this.#report) : () => {};
    try {
      this.#modelId = await loadModel(toLoadOptions(this.#spec));
      endLog(); // before calls may come
      this.#report({ type: 'loaded' });
    } catch (error) {
      // A process that died tells its own reason, with what it wrote to stderr: let that report come first.
      if (this.#hasDied(error)) await this.#process.ensureExited();
      const message = `Model '${this.#spec.alias}' could not be loaded: ${toReason(error, this.#spec)}`;
      this.#report({ type: 'load-failed', error: { code: 'model_load_failed', message } });
    }
  }

  /** Runs a call. All that can go wrong is emitted as an `error` event; it never rejects. */
  async run(
    call: Call,
    emit: (event: EventOf<CallKind> | CallFailure) => void,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      if (this.#modelId === undefined) throw new Error('it is not loaded');
      switch (call.kind) {
        case 'chat':
          this.#chatModel ??= toChatModel(this.#spec, this.#modelId); // one for all calls: it queues them
          return await chat(this.#chatModel, call.request, emit, signal);
        case 'embed': {
          const model = { modelId: this.#modelId, alias: this.#spec.alias, meter: this.#meter };
          return await embed(model, call.request, emit, signal);
        }
        case 'transcribe':
          return await transcribe(toTranscribeModel(this.#spec, this.#modelId), call.request, emit, signal);
      }
    } catch (error) {
      if (this.#hasDied(error)) {
        // Its end is reported, with the reason, and the gateway then ends the call.
        await this.#process.ensureExited();
        if (!signal.aborted) await once(signal, 'abort');
        return;
      }
      emit({ type: 'error', error: toErrorData(error, this.#spec.alias) });
    }
  }

  /** The SDK can notice before the process has ended. */
  #hasDied(error: unknown): boolean {
    return error instanceof WorkerCrashedError || !this.#process.isRunning;
  }

  /** Unloads the model, also in the middle of its load. When it resolves the process is gone. */
  async unload(): Promise<void> {
    const modelId = this.#modelId;
    this.#modelId = undefined;
    try {
      if (modelId !== undefined) await unloadModel({ modelId });
    } finally {
      await close();
      await this.#process.ensureExited();
    }
  }
}

function toLoadOptions(given: ModelSpec): LoadModelOptions {
  // A peer must know the source: it has its own cache.
  const spec = given.delegate ? given : toLocalSources(given, cacheFolder());
  const { threads: _, ...modelConfig } = spec.config; // the SDK would drop it: it travels by environment
  return {
    modelSrc: spec.source,
    modelType: spec.type,
    modelConfig,
    ...(spec.delegate && { delegate: spec.delegate }),
  } as LoadModelOptions; // its type ties modelType to modelConfig; the config was checked by the SDK's schema before
}

/** The SDK's words, with a peer's key made short enough to be read. */
function toReason(error: unknown, { delegate }: ModelSpec): string {
  const reason = error instanceof Error ? error.message : String(error);
  if (!delegate) return reason;
  const { providerPublicKey: key } = delegate;
  return `the peer ${key.slice(0, 8)}… that is to run it did not: ${reason.replaceAll(key, `${key.slice(0, 8)}…`)}`;
}
