import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { ENGINE_END } from '../protocol/engine-notice.js';
import { ApiError } from '../protocol/errors.js';
import type { LifeEvent } from '../protocol/events.js';
import type { Call, CallKind, EventOf, ModelJob } from '../protocol/jobs.js';
import { describeMissingLibrary, findMissingLibrary } from '../protocol/missing-library.js';
import { isElsewhere, type ModelSpec } from '../protocol/model-spec.js';
import { CallStream } from './call-stream.js';
import { LifeWatch } from './life-watch.js';
import { modelEnv, type WorkerSurroundings } from './worker-env.js';
import { createWorkerThread } from './worker-thread.js';

/** How long an unload may take before the thread and the process are killed. */
const UNLOAD_TIMEOUT_MS = 10_000;

/**
 * How long a process that was killed may take to be gone, on a machine that has too much to do. The thread must live until
 * then: only it can reap it, and a zombie stays until the gateway ends.
 */
const KILL_TIMEOUT_MS = 10_000;

/** How long a thread may take to end. Measured: some milliseconds. */
const DESTROY_TIMEOUT_MS = 5_000;

/** How long an engine may take before it counts as hung. */
export interface Deadlines {
  /** For a load, downloads not included. */
  readonly loadTimeoutMs: number;
  /** For any sign of life while calls run. */
  readonly stallTimeoutMs: number;
}

/** How a worker ended that was not asked to. */
export interface WorkerDeath {
  readonly code: 'worker_crashed' | 'worker_hung';
  readonly reason: string;
}

/** A line of what an engine logs. */
export type LoadLogLine = Omit<Extract<LifeEvent, { type: 'load-log' }>, 'type'>;

type ProcessExit = Extract<LifeEvent, { type: 'process-exited' }>;

/**
 * One incarnation of a model's worker: a thread that owns one loaded model and its `bare` process.
 */
export class ModelPool {
  readonly #spec: ModelSpec;
  readonly #thread: ReturnType<typeof createWorkerThread<ModelJob>>;
  readonly #calls = new Set<CallStream<EventOf<CallKind>>>();
  readonly #loadTimeoutMs: number;
  /** Absolute path of a folder that this worker's SDK has for itself, for the conversations that it keeps. */
  readonly #sdkHome: string | undefined;
  readonly #onLoadLog: ((line: LoadLogLine) => void) | undefined;
  readonly #watch: LifeWatch;
  #pid: number | undefined;
  #loadMs = 0;
  #isClosing = false;
  #isKilled = false;
  #closed: Promise<void> | undefined;
  #reportDeath: (death: WorkerDeath) => void = () => {};
  /** Resolves when the process is gone, or the thread, which alone would know. */
  #exited: Promise<void> = Promise.resolve();

  /** Resolves if the thread or its process ends without being asked to, or hangs and is ended for that. */
  readonly died: Promise<WorkerDeath>;

  /** @param onLoadLog told what the engine logs while it loads, if anybody wants to know. */
  constructor(
    spec: ModelSpec,
    deadlines: Deadlines,
    surroundings: WorkerSurroundings,
    onLoadLog?: (line: LoadLogLine) => void,
  ) {
    this.#spec = spec;
    this.#onLoadLog = onLoadLog;
    this.#loadTimeoutMs = deadlines.loadTimeoutMs;
    this.died = new Promise((resolve) => {
      this.#reportDeath = resolve;
    });
    this.#watch = new LifeWatch({
      stallTimeoutMs: deadlines.stallTimeoutMs,
      // What works for a model elsewhere is not here: only its answers are a sign of life.
      pid: () => (isElsewhere(spec) ? undefined : this.#pid),
      onHung: (reason) => this.#die({ code: 'worker_hung', reason }),
    });
    const { cacheFolder } = surroundings;
    if (spec.kvCacheBytes !== undefined && cacheFolder !== undefined) {
      this.#sdkHome = join(cacheFolder, randomUUID());
    }
    const env = modelEnv(spec, surroundings, this.#sdkHome);
    this.#thread = createWorkerThread<ModelJob>('model-worker.js', env);
    // A thread that fails at import never settles run(): this event is all there is.
    this.#thread.on('error', (error: Error) => this.#crash(`its thread failed: ${error.message}`));
  }

  /** Process id of the model's `bare` process, once it has started. */
  get pid(): number | undefined {
    return this.#pid;
  }

  /**
   * Loads the model. Call it once, first.
   *
   * @throws {ApiError} `model_load_failed`, `model_load_timeout`, or `model_unloaded` if it was closed meanwhile. Close
   *   it after a failure.
   */
  async load(): Promise<void> {
    const startedAt = performance.now();
    const timeout = new AbortController();
    try {
      await Promise.race([this.#load(), this.#loadDeadline(timeout.signal)]);
    } finally {
      timeout.abort();
    }
    this.#loadMs = performance.now() - startedAt;
  }

  async #loadDeadline(signal: AbortSignal): Promise<void> {
    await delay(this.#loadTimeoutMs, undefined, { ref: false, signal }).catch(() => {});
    if (signal.aborted) return;
    this.kill(); // it may not even hear that it is to unload
    const seconds = this.#loadTimeoutMs / 1000;
    throw new ApiError(
      'model_load_timeout',
      `Model '${this.#spec.alias}' was not loaded within ${seconds} s. If its files are large or slow to read, raise 'loadTimeoutMs' in its config.`,
    );
  }

  #load(): Promise<void> {
    const { port1, port2 } = new MessageChannel();
    let markExited = (): void => {};
    this.#exited = new Promise((resolve) => {
      markExited = resolve;
    });
    return new Promise((resolve, reject) => {
      port1.on('message', (event: LifeEvent) => {
        switch (event.type) {
          case 'process-started':
            this.#pid = event.pid;
            if (this.#isKilled) this.kill();
            break;
          case 'load-log':
            this.#onLoadLog?.(event);
            break;
          case 'loaded':
            resolve();
            break;
          case 'load-failed':
            reject(ApiError.from(event.error));
            break;
          case 'process-exited':
            this.#pid = undefined;
            markExited();
            reject(toExitError(event, this.#spec.alias)); // of no effect once it was loaded
            this.#crash(describeExit(event));
            break;
        }
      });
      port1.once('close', () => {
        markExited();
        if (this.#isClosing)
          reject(new ApiError('model_unloaded', `Model '${this.#spec.alias}' was unloaded.`));
        else this.#crash('its thread ended');
      });
      void this.died.then(({ reason }) => reject(loadFailed(this.#spec.alias, reason)));
      const wantsLog = this.#onLoadLog !== undefined;
      this.#run({ kind: 'load', spec: this.#spec, wantsLog, port: port2 }, port2);
    });
  }

  /** Starts a call. What goes wrong shows in the stream. */
  call<Kind extends CallKind>(call: Extract<Call, { kind: Kind }>): CallStream<EventOf<Kind>> {
    const { port1, port2 } = new MessageChannel();
    // The ports of a thread that exits close one by one: who tries again at once must find that it is gone.
    const onCutOff = (): void => this.#crash('its thread ended');
    const stream = new CallStream<EventOf<Kind>>(port1, this.#spec.alias, onCutOff);
    this.#calls.add(stream);
    this.#watch.add(stream);
    void stream.ended.then(() => {
      this.#calls.delete(stream);
      this.#watch.remove(stream);
    });
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
    this.#watch.stop();
    if (this.#thread.threads.length > 0) {
      const unloaded = this.#thread.run({ kind: 'unload' }).catch(() => {}); // a dead thread has nothing to unload
      await Promise.race([unloaded, this.died, delay(UNLOAD_TIMEOUT_MS, undefined, { ref: false })]);
    }
    this.#lose({ code: 'worker_crashed', reason: 'it was ended' });
    this.kill();
    await Promise.race([this.#exited, delay(KILL_TIMEOUT_MS, undefined, { ref: false })]);
    // A thread that is stuck in native code can't be ended. Nobody should wait for it.
    await Promise.race([this.#thread.destroy(), delay(DESTROY_TIMEOUT_MS, undefined, { ref: false })]);
    if (this.#sdkHome !== undefined)
      await rm(this.#sdkHome, { recursive: true, force: true }).catch(() => {});
  }

  #run(job: ModelJob, port: MessagePort): void {
    this.#thread.run(job, { transferList: [port] }).catch((error: Error) => {
      this.#crash(`its thread ended: ${error.message}`);
    });
  }

  #crash(reason: string): void {
    this.#die({ code: 'worker_crashed', reason });
  }

  #die(death: WorkerDeath): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#watch.stop();
    this.#reportDeath(death);
    this.#lose(death);
    this.kill();
  }

  /** Tells all calls that still run. */
  #lose({ code, reason }: WorkerDeath): void {
    const what = code === 'worker_hung' ? 'hung and was ended' : 'ended unexpectedly';
    const message = `The worker of model '${this.#spec.alias}' ${what}: ${firstLine(reason)}. Try again: a new one is started.`;
    const retryAfterSeconds = Math.ceil(this.#loadMs / 1000) + 1;
    for (const call of this.#calls) call.lose(new ApiError(code, message, { retryAfterSeconds }));
  }

  /** Ends the model's process at once. A thread that dies leaves it running; so would a gateway that ends itself. */
  kill(): void {
    this.#isKilled = true; // also if it is only about to start
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

/** The others are what the engine wrote last: for the log. */
function firstLine(reason: string): string {
  return reason.split('\n', 1)[0] ?? '';
}

function describeExit({ exitCode, signal, stderrTail }: ProcessExit): string {
  const own = stderrTail.split('\n').find((line) => line.startsWith(ENGINE_END));
  if (own !== undefined) return own.slice(ENGINE_END.length);
  const how = signal ? `was killed by ${signal}` : `exited with code ${exitCode}`;
  const lastWords = stderrTail.trim();
  return `its engine process ${how}${lastWords && `\n${lastWords}`}`;
}
