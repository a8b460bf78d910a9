import { setTimeout as delay } from 'node:timers/promises';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { ApiError } from '../protocol/errors.js';
import type { LifeEvent } from '../protocol/events.js';
import type { Call, CallKind, EventOf, ModelJob } from '../protocol/jobs.js';
import { describeMissingLibrary, findMissingLibrary } from '../protocol/missing-library.js';
import type { ModelSpec } from '../protocol/model-spec.js';
import { CallStream } from './call-stream.js';
import { modelEnv, type WorkerSurroundings } from './worker-env.js';
import { createWorkerThread } from './worker-thread.js';

/** How long an unload may take before the thread and the process are killed. */
const UNLOAD_TIMEOUT_MS = 10_000;

type ProcessExit = Extract<LifeEvent, { type: 'process-exited' }>;

/**
 * One incarnation of a model's worker: a thread that owns one loaded model and its `bare` process.
 */
export class ModelPool {
  readonly #spec: ModelSpec;
  readonly #thread: ReturnType<typeof createWorkerThread<ModelJob>>;
  readonly #calls = new Set<MessagePort>();
  #pid: number | undefined;
  #isClosing = false;
  #closed: Promise<void> | undefined;
  #reportDeath: (reason: string) => void = () => {};

  /** Resolves with the reason if the thread or its process ends without being asked to. */
  readonly died: Promise<string>;

  constructor(spec: ModelSpec, surroundings: WorkerSurroundings) {
    this.#spec = spec;
    this.died = new Promise((resolve) => {
      this.#reportDeath = resolve;
    });
    this.#thread = createWorkerThread<ModelJob>('model-worker.js', modelEnv(spec, surroundings));
    // A thread that fails at import never settles run(): this event is all there is.
    this.#thread.on('error', (error: Error) => this.#die(`its thread failed: ${error.message}`));
  }

  /** Process id of the model's `bare` process, once it has started. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /**
   * Loads the model. Call it once, first.
   *
   * @throws {ApiError} `model_load_failed`, or `model_unloaded` if it was closed meanwhile. Close it after a failure.
   */
  load(): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve, reject) => {
      port1.on('message', (event: LifeEvent) => {
        switch (event.type) {
          case 'process-started':
            this.#pid = event.pid;
            break;
          case 'loaded':
            resolve();
            break;
          case 'load-failed':
            reject(ApiError.from(event.error));
            break;
          case 'process-exited':
            this.#pid = undefined;
            reject(toExitError(event, this.#spec.alias)); // of no effect once it was loaded
            this.#die(describeExit(event));
            break;
        }
      });
      port1.once('close', () => {
        if (this.#isClosing)
          reject(new ApiError('model_unloaded', `Model '${this.#spec.alias}' was unloaded.`));
        else this.#die('its thread ended');
      });
      void this.died.then((reason) => reject(loadFailed(this.#spec.alias, reason)));
      this.#run({ kind: 'load', spec: this.#spec, port: port2 }, port2);
    });
  }

  /** Starts a call. What goes wrong shows in the stream. */
  call<Kind extends CallKind>(call: Extract<Call, { kind: Kind }>): CallStream<EventOf<Kind>> {
    const { port1, port2 } = new MessageChannel();
    this.#calls.add(port1);
    port1.once('close', () => this.#calls.delete(port1));
    const stream = new CallStream<EventOf<Kind>>(port1, this.#spec.alias);
    this.#run({ kind: 'call', call, port: port2 }, port2);
    return stream;
  }

  /** Unloads the model and ends its thread and process; when it resolves both are gone. Safe in any state. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#isClosing = true;
    if (this.#thread.threads.length > 0) {
      const unloaded = this.#thread.run({ kind: 'unload' }).catch(() => {}); // a dead thread has nothing to unload
      await Promise.race([unloaded, this.died, delay(UNLOAD_TIMEOUT_MS, undefined, { ref: false })]);
    }
    for (const port of this.#calls) port.close();
    await this.#thread.destroy();
    this.kill();
  }

  #run(job: ModelJob, port: MessagePort): void {
    this.#thread.run(job, { transferList: [port] }).catch((error: Error) => {
      this.#die(`its thread ended: ${error.message}`);
    });
  }

  #die(reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#reportDeath(reason);
    for (const port of this.#calls) port.close();
    this.kill();
  }

  /** Ends the model's process at once. A thread that dies leaves it running; so would a gateway that ends itself. */
  kill(): void {
    if (this.#pid === undefined) return;
    try {
      process.kill(this.#pid, 'SIGKILL');
    } catch {} // gone by itself
    this.#pid = undefined;
  }
}

function loadFailed(alias: string, reason: string): ApiError {
  return new ApiError('model_load_failed', `Model '${alias}' could not be loaded: ${reason}.`);
}

/** Why a process that ended could not load its model. */
function toExitError(exit: ProcessExit, alias: string): ApiError {
  const library = findMissingLibrary(exit.stderrTail);
  return library
    ? new ApiError(
        'engine_unavailable',
        `Model '${alias}' can't be used: ${describeMissingLibrary(library)}.`,
      )
    : loadFailed(alias, describeExit(exit));
}

function describeExit({ exitCode, signal, stderrTail }: ProcessExit): string {
  const how = signal ? `was killed by ${signal}` : `exited with code ${exitCode}`;
  const lastWords = stderrTail.trim();
  return `its engine process ${how}${lastWords && `\n${lastWords}`}`;
}
