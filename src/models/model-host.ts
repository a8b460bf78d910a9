import type { CallStream } from '../pool/call-stream.js';
import type { ApiError } from '../protocol/errors.js';
import type { Call, CallKind, EventOf } from '../protocol/jobs.js';
import type { CallObserver } from '../telemetry/call-observer.js';
import { abortable } from './abortable.js';
import { type Caller, CallSlots, type CallSlotsOptions } from './call-slots.js';
import { KeepAlive } from './keep-alive.js';
import type { ModelSnapshot } from './model-snapshot.js';
import type { ModelState } from './model-state.js';
import { Replica, type ReplicaOptions, shuttingDown } from './replica.js';
import type { StateChange } from './state-feed.js';
import type { TokenCounts } from './token-counts.js';

/** How long an unload lets running calls finish before it cancels them, unless told otherwise. */
export const DRAIN_TIMEOUT_MS = 30_000;

/** What the config says of how a model is served. */
export interface ModelSettings extends Pick<CallSlotsOptions, 'queueLimit'> {
  /** Workers that answer for the model, at least one. */
  readonly replicas: number;
  /** Calls that each of them runs at once. */
  readonly slots: number;
  /** How long it stays loaded without a call, in milliseconds; below zero for ever. */
  readonly keepAliveMs: number;
}

/** What a host needs of the rest of the gateway. */
export interface ModelHostOptions
  extends ModelSettings,
    Pick<CallSlotsOptions, 'observer' | 'log'>,
    Pick<ReplicaOptions, 'alias' | 'download' | 'admit' | 'createPool' | 'planRestart'> {
  /** Told when its last call has ended. */
  readonly onIdle?: () => void;
  /** Told of every change of a replica's state, and of the model's own after it. */
  readonly onState?: (change: StateChange, state: ModelState) => void;
}

/** From the one that serves to the one that is farthest from it. A model is in the first of these that a replica is in. */
const NEAREST: readonly ModelState[] = [
  'ready',
  'draining',
  'loading',
  'unloading',
  'backoff',
  'failed',
  'idle',
];

/** One model: the queue of its calls, and the replicas that answer them. Each call goes to the one with the fewest. */
export class ModelHost {
  readonly alias: string;
  /** Of all incarnations. Calls add to it. */
  readonly tokens: TokenCounts = { prompt: 0, completion: 0 };
  readonly #options: ModelHostOptions;
  #settings: ModelSettings;
  readonly #slots: CallSlots;
  #replicas: readonly Replica[];
  /** Replicas that are no longer wanted, until they are gone. */
  readonly #leaving = new Set<Replica>();
  #state: ModelState = 'idle';
  #stateSince = new Date();
  readonly #keepAlive: KeepAlive;
  #lastUsedAt = 0;
  /** Why it takes no call any more. */
  #refusal: ApiError | undefined;

  constructor(options: ModelHostOptions) {
    this.alias = options.alias;
    this.#options = options;
    this.#settings = options;
    this.#slots = new CallSlots({
      ...options,
      slots: options.slots * options.replicas,
      onUse: (isIdle) => this.#onUse(isIdle),
    });
    this.#keepAlive = new KeepAlive(options.keepAliveMs, () => this.#expire());
    this.#replicas = Array.from({ length: options.replicas }, (_, index) => this.#createReplica(index + 1));
  }

  get state(): ModelState {
    return this.#state;
  }

  /** Since when the model is loaded, by the replica that is so for longest; `undefined` unless one is. */
  get loadedAt(): Date | undefined {
    const loadedAt = this.#replicas.flatMap((replica) => replica.loadedAt ?? []);
    return loadedAt.sort((one, other) => one.getTime() - other.getTime())[0];
  }

  /** It is loaded, or to be loaded again after a crash, and no call runs or waits: it could be unloaded now. */
  get isIdle(): boolean {
    return (this.#state === 'ready' || this.#state === 'backoff') && this.#slots.isIdle;
  }

  /** Those who wait for it to be loaded: by the replica that has most of them. */
  get waiting(): number {
    return Math.max(...this.#replicas.map(({ waiting }) => waiting));
  }

  /** When its last call ended, or when it was loaded, by `performance.now()`. */
  get lastUsedAt(): number {
    return this.#lastUsedAt;
  }

  get observer(): CallObserver | undefined {
    return this.#options.observer;
  }

  /** All that there is to see from outside, as it is now. */
  snapshot(): ModelSnapshot {
    const replicas = this.#replicas.map((replica) => replica.snapshot());
    return {
      alias: this.alias,
      state: this.#state,
      stateSince: this.#stateSince,
      loadedAt: this.loadedAt,
      expiresAt: this.#keepAlive.expiresAt,
      replicas,
      download: replicas.find(({ download }) => download)?.download,
      slots: this.#settings.slots * this.#settings.replicas,
      queueLimit: this.#settings.queueLimit,
      tokens: { ...this.tokens },
      ...this.#slots.snapshot(),
    };
  }

  /**
   * Loads the model unless it is loaded, all replicas at once. Everyone who waits shares one load.
   *
   * @throws {ApiError} if none of them can be: as `Replica.ensureReady`; or the signal's reason.
   */
  async ensureReady(signal: AbortSignal): Promise<void> {
    const loads = await Promise.allSettled(this.#replicas.map((replica) => replica.ensureReady(signal)));
    const failed = loads.filter((load) => load.status === 'rejected');
    if (failed[0] && failed.length === loads.length) throw failed[0].reason;
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
    if (this.#refusal) throw this.#refusal;
    // First the slot, then the model: who waits for a load waits in the same bounded queue.
    const slot = await this.#slots.acquire(call.kind, caller);
    try {
      return slot.hold(await this.#start<Kind>(call, caller.signal));
    } catch (error) {
      slot.release();
      throw error;
    }
  }

  /**
   * Unloads the model: running calls may finish until a deadline, then they are cancelled. When it resolves, threads and
   * processes are gone. Calls that arrive meanwhile wait and load the model again. A model that failed is no longer kept
   * from being loaded.
   *
   * @param reason why, for whoever watches, if nobody asked for it.
   */
  async unload(drainTimeoutMs = DRAIN_TIMEOUT_MS, reason?: string): Promise<void> {
    this.#keepAlive.durationMs = this.#settings.keepAliveMs;
    await Promise.all(this.#replicas.map((replica) => replica.unload(drainTimeoutMs, reason)));
  }

  /**
   * From its next call on, and until it is unloaded, it stays loaded for so long without a call.
   *
   * @param keepAliveMs below zero for ever.
   */
  keepAlive(keepAliveMs: number): void {
    this.#keepAlive.durationMs = keepAliveMs;
  }

  /**
   * Serves by other settings from now on. What runs, and what waits, stays; replicas that are too many finish their calls
   * and go.
   */
  reconfigure(settings: ModelSettings): void {
    this.#settings = settings;
    const kept = this.#replicas.slice(0, settings.replicas);
    for (const replica of this.#replicas.slice(settings.replicas)) {
      this.#leaving.add(replica);
      void replica.unload(DRAIN_TIMEOUT_MS).finally(() => this.#leaving.delete(replica));
    }
    for (let count = kept.length; count < settings.replicas; count += 1)
      kept.push(this.#createReplica(count + 1));
    this.#replicas = kept;
    this.#slots.resize(settings.slots * settings.replicas, settings.queueLimit);
    this.#keepAlive.durationMs = settings.keepAliveMs;
    this.#keepAlive.restart(this.isIdle);
  }

  /** Takes no further call: those that wait, for a slot or for a load, get the reason; running ones go on. */
  refuse(reason = shuttingDown()): void {
    this.#refusal = reason;
    this.#slots.close(reason);
    for (const replica of this.#replicas) replica.refuse(reason);
  }

  /** Takes calls again, after {@link refuse}. */
  accept(): void {
    this.#refusal = undefined;
    this.#slots.open();
    for (const replica of this.#replicas) replica.accept();
  }

  /** Unloads the model for good: calls that run are cancelled, those that wait or come get `shutting_down`. */
  async stop(): Promise<void> {
    this.refuse(this.#refusal);
    await Promise.all([...this.#replicas, ...this.#leaving].map((replica) => replica.stop()));
  }

  /** Ends the model's processes at once, for a gateway that is about to end itself. */
  kill(): void {
    for (const replica of [...this.#replicas, ...this.#leaving]) replica.kill();
  }

  async #start<Kind extends CallKind>(
    call: Extract<Call, { kind: Kind }>,
    signal: AbortSignal,
  ): Promise<CallStream<EventOf<Kind>>> {
    while (true) {
      signal.throwIfAborted();
      const free = this.#replicas
        .filter(({ state, running }) => state === 'ready' && running < this.#settings.slots)
        .sort((one, other) => one.running - other.running)[0];
      if (free) {
        this.#wake(signal);
        return free.call<Kind>(call); // in this very turn: in the next it may be full, or dead
      }
      await this.#aChance(signal);
    }
  }

  /** Waits until there may be a replica that is free. Loads those that are not. */
  async #aChance(signal: AbortSignal): Promise<void> {
    const chances = this.#replicas.map((replica) =>
      replica.state === 'ready' ? replica.freed() : replica.ensureReady(signal),
    );
    try {
      await abortable(Promise.any(chances), signal);
    } catch (error) {
      throw error instanceof AggregateError ? error.errors[0] : error;
    }
  }

  /** Loads the replicas that were left alone because they could not be loaded, for whoever comes next. */
  #wake(signal: AbortSignal): void {
    for (const replica of this.#replicas) {
      if (replica.state === 'idle') replica.ensureReady(signal).catch(() => {}); // its log has why
    }
  }

  #createReplica(number: number): Replica {
    const label = this.#settings.replicas > 1 ? { replica: number } : {};
    return new Replica({
      ...this.#options,
      log: this.#options.log.child(label),
      onState: (change) => this.#onState({ ...change, ...label }),
      onGivenUp: (reason) => this.#onGivenUp(reason),
    });
  }

  #onUse(isIdle: boolean): void {
    this.#lastUsedAt = performance.now();
    this.#keepAlive.restart(this.isIdle);
    if (isIdle) this.#options.onIdle?.();
  }

  /** Nobody has called it for long enough. A call that comes now waits, and loads it again. */
  #expire(): void {
    const { durationMs } = this.#keepAlive;
    this.#options.log.info({ keepAliveMs: durationMs }, 'model expired');
    void this.unload(0, `idle for ${durationMs / 1000} s`);
  }

  #onState(change: StateChange): void {
    const states = this.#replicas.map(({ state }) => state);
    const state = NEAREST.find((nearest) => states.includes(nearest)) ?? 'idle';
    if (state !== this.#state) {
      this.#state = state;
      this.#stateSince = new Date();
      if (state === 'ready') this.#lastUsedAt = performance.now();
      this.#keepAlive.restart(this.isIdle);
    }
    this.#options.onState?.(change, state);
  }

  #onGivenUp(reason: unknown): void {
    if (this.#replicas.every(({ isGivenUp }) => isGivenUp)) this.#slots.refuseWaiting(reason);
  }
}
