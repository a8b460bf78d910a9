import { setTimeout as delay } from 'node:timers/promises';
import type { DownloadProgress } from '../pool/assets-pool.js';
import type { CallStream } from '../pool/call-stream.js';
import type { ModelPool, WorkerDeath } from '../pool/model-pool.js';
import { ApiError, type ErrorCode } from '../protocol/errors.js';
import type { Call, CallKind, EventOf } from '../protocol/jobs.js';
import type { Logger } from '../telemetry/logger.js';
import { abortable } from './abortable.js';
import { DownloadMeter } from './download-meter.js';
import { FailureSeries } from './failure-series.js';
import { type ReplicaSnapshot, toModelExit } from './model-snapshot.js';
import { type ModelEvent, type ModelState, transition } from './model-state.js';
import { type RestartPlan, wasStable } from './restart-policy.js';
import { RunningCalls } from './running-calls.js';
import type { StateChange } from './state-feed.js';

/** Events whose reason is the last failure. */
const FAILURES: readonly ModelEvent[] = ['load-failed', 'died', 'gave-up', 'refused'];

/** Ends the wait for memory of a load that nobody waits for any more: others should not be unloaded for it. */
const DESERTED = new Error('nobody waits for the model any more');

/** A `ModelPool`, without its private fields: tests of policy have one without threads. */
type Pool = Pick<ModelPool, keyof ModelPool>;

/** What a replica needs of the rest of the gateway. */
export interface ReplicaOptions {
  /** Of its model. */
  readonly alias: string;
  /** Puts the model's files on this machine, where they are not yet. */
  readonly download: (onProgress: (progress: DownloadProgress) => void, signal: AbortSignal) => Promise<void>;
  /**
   * Waits until there is memory for the model, and keeps it. A replica that serves and dies keeps it for its next worker.
   *
   * @returns a function that gives it back.
   * @throws {ApiError} `insufficient_memory`, `model_too_large`; or the reason of `signal`.
   */
  readonly admit: (signal: AbortSignal) => Promise<() => void>;
  /** Makes the worker of a new incarnation. */
  readonly createPool: () => Pool;
  /** What becomes of the replica after so many failures in a row. */
  readonly planRestart: (failures: number) => RestartPlan;
  /** Told of every change of state. */
  readonly onState: (change: StateChange) => void;
  /** Told of a load that failed and is not tried again before somebody asks. */
  readonly onGivenUp: (reason: unknown) => void;
  readonly log: Logger;
}

/**
 * The life of one worker of a model: loads it when it is wanted, lends it to calls, brings it back when it has died,
 * unloads it. It is the only one that changes the replica's state, and never awaits between reading and changing it.
 */
export class Replica {
  readonly #options: ReplicaOptions;
  readonly #alias: string;
  readonly #log: Logger;
  readonly #running = new RunningCalls();
  readonly #failures: FailureSeries;
  readonly #meter: DownloadMeter;
  #state: ModelState = 'idle';
  #stateSince = new Date();
  #incarnation = 0;
  #restarts = 0;
  #pool: Pool | undefined;
  #loadedAt: Date | undefined;
  /** Settles when the state that is passing now (all but idle, ready and failed) has passed. */
  #passing: Promise<void> = Promise.resolve();
  /** Ends the wait for a load, or for a restart, that an unload overtakes. */
  #overtaken = new AbortController();
  /** Settles when nothing is left of workers that died. */
  #buried: Promise<void> = Promise.resolve();
  /** Why it is not loaded any more. */
  #refusal: ApiError | undefined;
  #waiting = 0;
  /** Ends the wait for memory when the last of those who wait has left. */
  #deserted = new AbortController();
  /** Gives its memory back, while it has some. */
  #leave: (() => void) | undefined;
  /** It has served since it was last unloaded: if it dies, it comes back by itself. */
  #isWanted = false;

  constructor(options: ReplicaOptions) {
    this.#options = options;
    this.#alias = options.alias;
    this.#log = options.log;
    this.#failures = new FailureSeries(options.planRestart);
    this.#meter = new DownloadMeter(options.log);
  }

  get state(): ModelState {
    return this.#state;
  }

  /** When it became ready; `undefined` unless it is loaded. */
  get loadedAt(): Date | undefined {
    return this.#loadedAt;
  }

  /** Calls that its engine works on. */
  get running(): number {
    return this.#running.size;
  }

  /** Those who wait for it to be ready. */
  get waiting(): number {
    return this.#waiting;
  }

  /** It is not there, and does not come before somebody asks. */
  get isGivenUp(): boolean {
    return (
      !this.#isWanted && (this.#state === 'idle' || this.#state === 'backoff' || this.#state === 'failed')
    );
  }

  /** All that there is to see from outside, as it is now. */
  snapshot(): ReplicaSnapshot {
    return {
      state: this.#state,
      stateSince: this.#stateSince,
      loadedAt: this.#loadedAt,
      incarnation: this.#incarnation,
      restarts: this.#restarts,
      lastExit: this.#failures.last,
      pid: this.#pool?.pid,
      download: this.#meter.current,
      running: this.#running.size,
    };
  }

  /**
   * Loads the model unless it is loaded. Everyone who waits shares one load.
   *
   * @throws {ApiError} `model_load_failed` or another reason of the load, `insufficient_memory`, `model_too_large`,
   *   `model_quarantined`, `model_unloaded` if it was unloaded meanwhile, or `shutting_down`; or the signal's reason.
   */
  async ensureReady(signal: AbortSignal): Promise<void> {
    this.#waiting += 1;
    try {
      await this.#ensureReady(signal);
    } finally {
      this.#waiting -= 1;
      // One that was serving comes back for whoever comes next.
      if (this.#waiting === 0 && !this.#isWanted) this.#deserted.abort(DESERTED);
    }
  }

  async #ensureReady(signal: AbortSignal): Promise<void> {
    while (true) {
      signal.throwIfAborted();
      if (this.#refusal) throw this.#refusal;
      if (this.#state === 'ready') return;
      if (this.#state === 'failed') throw this.#failures.toRefusal(this.#alias);
      if (this.#state === 'idle') this.#pass(this.#load('load'));
      await abortable(this.#passing, signal);
    }
  }

  /** Starts a call. Only in state `ready`. */
  call<Kind extends CallKind>(call: Extract<Call, { kind: Kind }>): CallStream<EventOf<Kind>> {
    if (this.#state !== 'ready' || !this.#pool)
      throw new Error(`a replica that is ${this.#state} takes no call`);
    const stream = this.#pool.call<Kind>(call);
    this.#running.add(stream);
    return stream;
  }

  /** Resolves when one of the calls that run has ended. */
  freed(): Promise<void> {
    return this.#running.freed();
  }

  /**
   * Unloads the model: running calls may finish until a deadline, then they are cancelled. When it resolves, thread and
   * process are gone. Whoever asks for it meanwhile waits and loads it again. One that failed is no longer kept from
   * being loaded.
   *
   * @param reason why, for whoever watches.
   */
  async unload(drainTimeoutMs: number, reason?: string): Promise<void> {
    if (this.#state === 'loading' || this.#state === 'ready') this.#pass(this.#drainAndClose(reason));
    if (this.#state === 'backoff' || this.#state === 'failed') this.#reset(reason);
    // Also when it drains for another already, who may have more time.
    const deadline = setTimeout(() => this.#running.endDrain(), drainTimeoutMs);
    try {
      if (this.#state !== 'idle') await this.#passing;
      await this.#buried;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** It is not loaded any more: who waits for that gets the reason. Running calls go on. */
  refuse(reason = shuttingDown()): void {
    this.#refusal = reason;
    this.#overtaken.abort(reason);
  }

  /** It may be loaded again. */
  accept(): void {
    this.#refusal = undefined;
  }

  /** Unloads it for good: calls that run are cancelled. */
  async stop(): Promise<void> {
    this.refuse(this.#refusal);
    this.#running.cancel(shuttingDown());
    await this.unload(0);
  }

  /** Ends its process at once, for a gateway that is about to end itself. */
  kill(): void {
    this.#pool?.kill();
  }

  async #load(event: 'load' | 'retry'): Promise<void> {
    const startedAt = performance.now();
    const pool = this.#options.createPool();
    this.#pool = pool;
    this.#incarnation += 1;
    if (event === 'retry') this.#restarts += 1;
    this.#overtaken = new AbortController();
    const overtaken = this.#overtaken.signal;
    this.#apply(event);
    this.#log.info('model loading');
    try {
      const { download } = this.#options;
      const downloaded = this.#meter.measure((onProgress) => download(onProgress, overtaken));
      await abortable(downloaded, overtaken);
      overtaken.throwIfAborted(); // a pool that was closed would start another thread
      await this.#takePlace(overtaken);
      await abortable(pool.load(), overtaken);
      overtaken.throwIfAborted();
    } catch (error) {
      const code = error instanceof ApiError ? error.code : 'internal_error';
      const message = error instanceof Error ? error.message : String(error);
      const hasNoPlace = code === 'insufficient_memory' || code === 'model_too_large';
      // Of a worker that was not begun there is nothing to wait for, and who comes meanwhile would be refused too.
      if (hasNoPlace) void pool.close();
      else if (this.#state === 'loading') await pool.close();
      if (this.#state !== 'loading') throw error; // an unload came between, and does the rest
      this.#pool = undefined;
      if (error === DESERTED) return this.#apply('refused', DESERTED.message);
      if (hasNoPlace) {
        this.#refuse(code, message);
      } else {
        this.#log.error({ err: error }, 'model load failed');
        this.#fail('load-failed', code, message);
      }
      if (this.#isWanted) return; // who waits, waits for the next try
      this.#options.onGivenUp(error);
      throw error;
    }
    this.#loadedAt = new Date();
    this.#isWanted = true;
    this.#apply('loaded');
    const loadMs = performance.now() - startedAt;
    this.#log.info({ loadMs: Math.round(loadMs), pid: pool.pid }, 'model loaded');
    const readyAt = performance.now();
    void pool.died.then((death) => this.#onDied(pool, death, performance.now() - readyAt));
  }

  async #takePlace(signal: AbortSignal): Promise<void> {
    if (this.#leave) return; // that of the worker that died
    this.#deserted = new AbortController();
    const leave = await this.#options.admit(AbortSignal.any([signal, this.#deserted.signal]));
    if (signal.aborted) leave();
    else this.#leave = leave;
    signal.throwIfAborted();
  }

  async #drainAndClose(reason?: string): Promise<void> {
    const pool = this.#pool;
    this.#overtaken.abort(unloadedWhile('was loading', this.#alias));
    this.#isWanted = false;
    this.#failures.end();
    this.#apply('unload', reason);
    if (this.#state === 'draining') {
      await this.#running.drain(unloadedWhile('answered', this.#alias)); // none is added before it is ready again
      if (this.#pool !== pool) return pool?.close(); // died meanwhile
      this.#apply('drained');
    }
    this.#pool = undefined;
    this.#loadedAt = undefined;
    await pool?.close();
    this.#apply('unloaded');
    this.#log.info('model unloaded');
  }

  #onDied(pool: Pool, { code, reason }: WorkerDeath, readyMs: number): void {
    this.#buried = Promise.all([this.#buried, pool.close()]).then(() => {});
    if (this.#pool !== pool) return;
    this.#pool = undefined;
    this.#loadedAt = undefined;
    this.#log.error({ code, reason }, 'model worker died');
    if (this.#state === 'draining') {
      this.#failures.note(toModelExit(code, reason, new Date()));
      this.#apply('died');
      return;
    }
    if (wasStable(readyMs)) this.#failures.end();
    this.#fail('died', code, reason);
  }

  /** Decides when it may be loaded again. */
  #fail(event: 'load-failed' | 'died', code: ErrorCode, reason: string): void {
    const { isQuarantined, delayMs } = this.#failures.add(toModelExit(code, reason, new Date()));
    this.#apply(isQuarantined ? 'gave-up' : event);
    this.#log.warn(
      { failures: this.#failures.count, delayMs: Math.round(delayMs) },
      isQuarantined ? 'model quarantined' : 'model backs off',
    );
    this.#pass(this.#waitAndRetry(delayMs));
  }

  /** There is no room for it, which is no fault of its own: the next request tries again. */
  #refuse(code: ErrorCode, reason: string): void {
    this.#log.warn({ reason }, 'model refused');
    this.#failures.note(toModelExit(code, reason, new Date()));
    this.#isWanted = false;
    this.#apply('refused');
  }

  async #waitAndRetry(delayMs: number): Promise<void> {
    this.#overtaken = new AbortController();
    const { signal } = this.#overtaken;
    if (this.#refusal) throw this.#refusal;
    await delay(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    if (this.#isWanted) this.#pass(this.#load('retry'));
    else this.#apply('reset');
  }

  #reset(reason?: string): void {
    this.#overtaken.abort(unloadedWhile('was to be loaded again', this.#alias));
    this.#isWanted = false;
    this.#failures.end();
    this.#apply('reset', reason);
  }

  #pass(passing: Promise<void>): void {
    this.#passing = passing;
    passing.catch(() => {}); // thrown to those who wait, if anyone does
  }

  #apply(
    event: ModelEvent,
    reason = FAILURES.includes(event) ? this.#failures.last?.reason : undefined,
  ): void {
    const from = this.#state;
    this.#state = transition(from, event);
    this.#stateSince = new Date();
    if (this.#state === 'failed' || this.isGivenUp) this.#leavePlace();
    this.#options.onState({ from, state: this.#state, event, ...(reason !== undefined && { reason }) });
  }

  #leavePlace(): void {
    const leave = this.#leave;
    this.#leave = undefined;
    if (leave) void this.#buried.then(leave);
  }
}

function unloadedWhile(what: string, alias: string): ApiError {
  return new ApiError('model_unloaded', `Model '${alias}' was unloaded while it ${what}.`);
}

/** Of a gateway that takes no further call. */
export function shuttingDown(): ApiError {
  return new ApiError('shutting_down', 'The server is stopping.');
}
