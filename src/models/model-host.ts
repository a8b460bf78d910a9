import { setTimeout as delay } from 'node:timers/promises';
import type { DownloadProgress } from '../pool/assets-pool.js';
import type { CallStream } from '../pool/call-stream.js';
import type { ModelPool } from '../pool/model-pool.js';
import { ApiError } from '../protocol/errors.js';
import type { Call, CallKind, EventOf } from '../protocol/jobs.js';
import type { Logger } from '../telemetry/logger.js';
import { abortable } from './abortable.js';
import { Admission } from './admission.js';
import { type ModelEvent, type ModelState, transition } from './model-state.js';

/** How long an unload lets running calls finish before it cancels them, unless told otherwise. */
const DRAIN_TIMEOUT_MS = 30_000;

/** How long the engine may take to let go of a cancelled call before its worker is ended all the same. */
const CANCEL_TIMEOUT_MS = 5_000;

/** Calls that may wait for a slot of one model. */
const QUEUE_LIMIT = 64;

/** A `ModelPool`, without its private fields: tests of policy have one without threads. */
type Pool = Pick<ModelPool, keyof ModelPool>;

/** What a host needs of a call, of whatever kind. */
type RunningCall = Pick<CallStream<EventOf<CallKind>>, 'ended' | 'cancel'>;

/** What a host needs of the rest of the gateway. */
export interface ModelHostOptions {
  readonly alias: string;
  /** Calls that the engine runs at once. */
  readonly slots: number;
  /** Puts the model's files on this machine, where they are not yet. */
  readonly download: (onProgress: (progress: DownloadProgress) => void, signal: AbortSignal) => Promise<void>;
  /** Makes the worker of a new incarnation. */
  readonly createPool: () => Pool;
  readonly log: Logger;
}

/**
 * One model's life: loads it when it is wanted, lends its worker to calls, unloads it. It is the only one that changes
 * the model's state, and never awaits between reading and changing it.
 */
export class ModelHost {
  readonly alias: string;
  readonly #options: ModelHostOptions;
  readonly #log: Logger;
  readonly #calls = new Set<RunningCall>();
  readonly #admission: Admission;
  #state: ModelState = 'idle';
  #pool: Pool | undefined;
  #loadedAt: Date | undefined;
  /** Settles when the state that is passing now (loading, draining, unloading) has passed. */
  #passing: Promise<void> = Promise.resolve();
  /** Ends the wait for a load that an unload overtakes. */
  #overtaken = new AbortController();
  #isStopped = false;

  constructor(options: ModelHostOptions) {
    this.alias = options.alias;
    this.#options = options;
    this.#log = options.log;
    this.#admission = new Admission(options.slots, QUEUE_LIMIT);
  }

  get state(): ModelState {
    return this.#state;
  }

  /** When the model became ready; `undefined` unless it is loaded. */
  get loadedAt(): Date | undefined {
    return this.#loadedAt;
  }

  /** The model's `bare` process. */
  get pid(): number | undefined {
    return this.#pool?.pid;
  }

  /**
   * Loads the model unless it is loaded. Everyone who waits shares one load.
   *
   * @throws {ApiError} `model_load_failed`, `model_unloaded` if it was unloaded meanwhile, or `shutting_down`; or the
   *   signal's reason.
   */
  async ensureReady(signal: AbortSignal): Promise<Pool> {
    while (true) {
      signal.throwIfAborted();
      if (this.#isStopped) throw shuttingDown();
      if (this.#state === 'ready' && this.#pool) return this.#pool;
      if (this.#state === 'idle') this.#pass(this.#load());
      await abortable(this.#passing, signal);
    }
  }

  /**
   * Runs a call, after those that came before it.
   *
   * @param signal aborts the call: leaves the queue, or frees the engine.
   * @throws {ApiError} if the model can't be loaded or has too long a queue.
   */
  async call<Kind extends CallKind>(
    call: Extract<Call, { kind: Kind }>,
    signal: AbortSignal,
  ): Promise<CallStream<EventOf<Kind>>> {
    while (true) {
      const pool = await this.ensureReady(signal);
      if (this.#admission.isFull) this.#log.debug({ waiting: this.#admission.waiting }, 'call queued');
      const release = await this.#admission.acquire(signal);
      // Aborted as it was let in, or unloaded or died while it waited: it has not begun, so it goes to the next worker.
      if (signal.aborted || this.#state !== 'ready' || this.#pool !== pool) {
        release();
        continue;
      }
      const stream = pool.call<Kind>(call);
      this.#calls.add(stream);
      this.#log.debug({ running: this.#calls.size }, 'call started');
      const cancel = (): void => stream.cancel(signal.reason);
      signal.addEventListener('abort', cancel, { once: true });
      void stream.ended.then(() => {
        signal.removeEventListener('abort', cancel);
        this.#calls.delete(stream);
        release();
      });
      return stream;
    }
  }

  /**
   * Unloads the model: running calls may finish until a deadline, then they are cancelled. When it resolves, thread and
   * process are gone. Calls that arrive meanwhile wait and load the model again.
   */
  async unload(drainTimeoutMs = DRAIN_TIMEOUT_MS): Promise<void> {
    if (this.#state === 'loading' || this.#state === 'ready') this.#pass(this.#drainAndClose(drainTimeoutMs));
    if (this.#state !== 'idle') await this.#passing;
  }

  /** Takes no further call: those that wait, for a slot or for a load, get `shutting_down`; running ones go on. */
  refuse(): void {
    this.#isStopped = true;
    this.#admission.close(shuttingDown());
    this.#overtaken.abort(shuttingDown());
  }

  /** Unloads the model for good: calls that run are cancelled, those that wait or come get `shutting_down`. */
  async stop(): Promise<void> {
    this.refuse();
    for (const call of this.#calls) call.cancel(shuttingDown());
    await this.unload(0);
  }

  /** Ends the model's process at once, for a gateway that is about to end itself. */
  kill(): void {
    this.#pool?.kill();
  }

  async #load(): Promise<void> {
    const startedAt = performance.now();
    const pool = this.#options.createPool();
    this.#pool = pool;
    this.#overtaken = new AbortController();
    const overtaken = this.#overtaken.signal;
    this.#apply('load');
    this.#log.info('model loading');
    try {
      const downloaded = this.#options.download(
        (progress) => this.#log.debug(progress, 'model downloading'),
        overtaken,
      );
      await abortable(downloaded, overtaken);
      overtaken.throwIfAborted(); // a pool that was closed would start another thread
      await abortable(pool.load(), overtaken);
      overtaken.throwIfAborted();
    } catch (error) {
      if (this.#state === 'loading') await pool.close();
      if (this.#state !== 'loading') throw error; // an unload came between, and does the rest
      this.#pool = undefined;
      this.#apply('load-failed');
      this.#log.error({ err: error }, 'model load failed');
      throw error;
    }
    this.#loadedAt = new Date();
    this.#apply('loaded');
    this.#log.info({ loadMs: Math.round(performance.now() - startedAt), pid: pool.pid }, 'model loaded');
    void pool.died.then((reason) => this.#onDied(pool, reason));
  }

  async #drainAndClose(drainTimeoutMs: number): Promise<void> {
    const pool = this.#pool;
    this.#overtaken.abort(
      new ApiError('model_unloaded', `Model '${this.alias}' was unloaded while it was loading.`),
    );
    this.#apply('unload');
    if (this.#state === 'draining') {
      const calls = [...this.#calls]; // none is added before it is ready again
      await allEnded(calls, drainTimeoutMs);
      const unloaded = new ApiError(
        'model_unloaded',
        `Model '${this.alias}' was unloaded while it answered.`,
      );
      for (const call of calls) call.cancel(unloaded);
      await allEnded(calls, CANCEL_TIMEOUT_MS);
      if (this.#pool !== pool) return pool?.close(); // died meanwhile
      this.#apply('drained');
    }
    this.#pool = undefined;
    this.#loadedAt = undefined;
    await pool?.close();
    this.#apply('unloaded');
    this.#log.info('model unloaded');
  }

  #onDied(pool: Pool, reason: string): void {
    void pool.close();
    if (this.#pool !== pool) return;
    this.#pool = undefined;
    this.#loadedAt = undefined;
    this.#apply('died');
    this.#log.error({ reason }, 'model worker died');
  }

  #pass(passing: Promise<void>): void {
    this.#passing = passing;
    passing.catch(() => {}); // thrown to those who wait, if anyone does
  }

  #apply(event: ModelEvent): void {
    this.#state = transition(this.#state, event);
  }
}

async function allEnded(calls: readonly RunningCall[], timeoutMs: number): Promise<void> {
  const ended = Promise.all(calls.map((call) => call.ended));
  await Promise.race([ended, delay(timeoutMs, undefined, { ref: false })]);
}

function shuttingDown(): ApiError {
  return new ApiError('shutting_down', 'The server is stopping.');
}
