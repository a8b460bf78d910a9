import { setTimeout as delay } from 'node:timers/promises';
import type { DownloadProgress } from '../pool/assets-pool.js';
import type { CallStream } from '../pool/call-stream.js';
import type { ModelPool, WorkerDeath } from '../pool/model-pool.js';
import { ApiError, type ErrorCode } from '../protocol/errors.js';
import type { Call, CallKind, EventOf } from '../protocol/jobs.js';
import type { CallObserver } from '../telemetry/call-observer.js';
import { abortable } from './abortable.js';
import { type Caller, CallSlots, type CallSlotsOptions, type RunningCall } from './call-slots.js';
import { FailureSeries } from './failure-series.js';
import { type ModelSnapshot, toModelExit } from './model-snapshot.js';
import { type ModelEvent, type ModelState, transition } from './model-state.js';
import { type RestartPlan, wasStable } from './restart-policy.js';
import type { StateChange } from './state-feed.js';
import type { TokenCounts } from './token-counts.js';

/** How long an unload lets running calls finish before it cancels them, unless told otherwise. */
export const DRAIN_TIMEOUT_MS = 30_000;

/** How long the engine may take to let go of a cancelled call before its worker is ended all the same. */
const CANCEL_TIMEOUT_MS = 5_000;

/** Events that have a reason. */
const FAILURES: readonly ModelEvent[] = ['load-failed', 'died', 'gave-up'];

/** A `ModelPool`, without its private fields: tests of policy have one without threads. */
type Pool = Pick<ModelPool, keyof ModelPool>;

/** What a host needs of the rest of the gateway. */
export interface ModelHostOptions extends CallSlotsOptions {
  readonly alias: string;
  /** Puts the model's files on this machine, where they are not yet. */
  readonly download: (onProgress: (progress: DownloadProgress) => void, signal: AbortSignal) => Promise<void>;
  /** Makes the worker of a new incarnation. */
  readonly createPool: () => Pool;
  /** What becomes of the model after so many failures in a row. */
  readonly planRestart: (failures: number) => RestartPlan;
  /** Told of every change of state. */
  readonly onState?: (change: StateChange) => void;
}

/**
 * One model's life: loads it when it is wanted, lends its worker to calls, brings it back when it has died, unloads it.
 * It is the only one that changes the model's state, and never awaits between reading and changing it.
 */
export class ModelHost {
  readonly alias: string;
  /** Of all incarnations. Calls add to it. */
  readonly tokens: TokenCounts = { prompt: 0, completion: 0 };
  readonly #options: ModelHostOptions;
  readonly #log: CallSlotsOptions['log'];
  readonly #slots: CallSlots;
  readonly #failures: FailureSeries;
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
  /** Ends the wait for running calls. */
  #endDrain = (): void => {};
  /** Settles when nothing is left of workers that died. */
  #buried: Promise<void> = Promise.resolve();
  #isStopped = false;
  /** It has served since it was last unloaded: if it dies, it comes back by itself. */
  #isWanted = false;

  constructor(options: ModelHostOptions) {
    this.alias = options.alias;
    this.#options = options;
    this.#log = options.log;
    this.#slots = new CallSlots(options);
    this.#failures = new FailureSeries(options.planRestart);
  }

  get state(): ModelState {
    return this.#state;
  }

  /** When the model became ready; `undefined` unless it is loaded. */
  get loadedAt(): Date | undefined {
    return this.#loadedAt;
  }

  get observer(): CallObserver | undefined {
    return this.#options.observer;
  }

  /** All that there is to see from outside, as it is now. */
  snapshot(): ModelSnapshot {
    return {
      alias: this.alias,
      state: this.#state,
      stateSince: this.#stateSince,
      loadedAt: this.#loadedAt,
      incarnation: this.#incarnation,
      restarts: this.#restarts,
      lastExit: this.#failures.last,
      pid: this.pid,
      slots: this.#options.slots,
      queueLimit: this.#options.queueLimit,
      tokens: { ...this.tokens },
      ...this.#slots.snapshot(),
    };
  }

  /** The model's `bare` process. */
  get pid(): number | undefined {
    return this.#pool?.pid;
  }

  /**
   * Loads the model unless it is loaded. Everyone who waits shares one load.
   *
   * @throws {ApiError} `model_load_failed` or another reason of the load, `model_quarantined`, `model_unloaded` if it was
   *   unloaded meanwhile, or `shutting_down`; or the signal's reason.
   */
  async ensureReady(signal: AbortSignal): Promise<Pool> {
    while (true) {
      signal.throwIfAborted();
      if (this.#isStopped) throw shuttingDown();
      if (this.#state === 'ready' && this.#pool) return this.#pool;
      if (this.#state === 'failed') throw this.#failures.toRefusal(this.alias);
      if (this.#state === 'idle') this.#pass(this.#load('load'));
      await abortable(this.#passing, signal);
    }
  }

  /**
   * Runs a call when its turn has come.
   *
   * @throws {ApiError} `queue_full`, or as {@link ensureReady}.
   */
  async call<Kind extends CallKind>(
    call: Extract<Call, { kind: Kind }>,
    caller: Caller,
  ): Promise<CallStream<EventOf<Kind>>> {
    if (this.#isStopped) throw shuttingDown();
    // First the slot, then the model: who waits for a load waits in the same bounded queue.
    const slot = await this.#slots.acquire(call.kind, caller);
    let pool: Pool;
    try {
      do pool = await this.ensureReady(caller.signal);
      while (this.#state !== 'ready' || this.#pool !== pool); // died or unloaded in the very turn
      caller.signal.throwIfAborted(); // in that turn: nobody would hear of it later
    } catch (error) {
      slot.release();
      throw error;
    }
    return slot.hold(pool.call<Kind>(call));
  }

  /**
   * Unloads the model: running calls may finish until a deadline, then they are cancelled. When it resolves, thread and
   * process are gone. Calls that arrive meanwhile wait and load the model again. A model that failed is no longer kept
   * from being loaded.
   */
  async unload(drainTimeoutMs = DRAIN_TIMEOUT_MS): Promise<void> {
    if (this.#state === 'loading' || this.#state === 'ready') this.#pass(this.#drainAndClose());
    if (this.#state === 'backoff' || this.#state === 'failed') this.#reset();
    // Also when it drains for another already, who may have more time.
    const deadline = setTimeout(this.#endDrain, drainTimeoutMs);
    try {
      if (this.#state !== 'idle') await this.#passing;
      await this.#buried;
    } finally {
      clearTimeout(deadline);
    }
  }

  /** Takes no further call: those that wait, for a slot or for a load, get `shutting_down`; running ones go on. */
  refuse(): void {
    this.#isStopped = true;
    this.#slots.close(shuttingDown());
    this.#overtaken.abort(shuttingDown());
  }

  /** Unloads the model for good: calls that run are cancelled, those that wait or come get `shutting_down`. */
  async stop(): Promise<void> {
    this.refuse();
    for (const call of this.#slots.running) call.cancel(shuttingDown());
    await this.unload(0);
  }

  /** Ends the model's process at once, for a gateway that is about to end itself. */
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
      this.#log.error({ err: error }, 'model load failed');
      const code = error instanceof ApiError ? error.code : 'internal_error';
      this.#fail('load-failed', code, error instanceof Error ? error.message : String(error));
      if (this.#isWanted) return; // who waits, waits for the next try
      this.#slots.refuseWaiting(error);
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

  async #drainAndClose(): Promise<void> {
    const pool = this.#pool;
    this.#overtaken.abort(unloadedWhile('was loading', this.alias));
    this.#isWanted = false;
    this.#failures.end();
    this.#apply('unload');
    if (this.#state === 'draining') {
      const calls = this.#slots.running; // none is added before it is ready again
      const deadline = new Promise<void>((resolve) => {
        this.#endDrain = resolve;
      });
      await Promise.race([allEnded(calls), deadline]);
      for (const call of calls) call.cancel(unloadedWhile('answered', this.alias));
      await Promise.race([allEnded(calls), delay(CANCEL_TIMEOUT_MS, undefined, { ref: false })]);
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

  async #waitAndRetry(delayMs: number): Promise<void> {
    this.#overtaken = new AbortController();
    const { signal } = this.#overtaken;
    if (this.#isStopped) throw shuttingDown();
    await delay(delayMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    if (this.#isWanted) this.#pass(this.#load('retry'));
    else this.#apply('reset');
  }

  #reset(): void {
    this.#overtaken.abort(unloadedWhile('was to be loaded again', this.alias));
    this.#isWanted = false;
    this.#failures.end();
    this.#apply('reset');
  }

  #pass(passing: Promise<void>): void {
    this.#passing = passing;
    passing.catch(() => {}); // thrown to those who wait, if anyone does
  }

  #apply(event: ModelEvent): void {
    const from = this.#state;
    this.#state = transition(from, event);
    this.#stateSince = new Date();
    const reason = FAILURES.includes(event) ? this.#failures.last?.reason : undefined;
    this.#options.onState?.({ from, state: this.#state, event, ...(reason !== undefined && { reason }) });
  }
}

async function allEnded(calls: readonly RunningCall[]): Promise<void> {
  await Promise.all(calls.map((call) => call.ended));
}

function unloadedWhile(what: string, alias: string): ApiError {
  return new ApiError('model_unloaded', `Model '${alias}' was unloaded while it ${what}.`);
}

function shuttingDown(): ApiError {
  return new ApiError('shutting_down', 'The server is stopping.');
}
