import { type Caller, CallSlots } from '../models/call-slots.js';
import type { ModelSnapshot } from '../models/model-snapshot.js';
import type { ModelState } from '../models/model-state.js';
import { shuttingDown } from '../models/replica.js';
import type { ServedModel } from '../models/served-model.js';
import type { StateChange } from '../models/state-feed.js';
import type { TokenCounts } from '../models/token-counts.js';
import { ApiError } from '../protocol/errors.js';
import type { CallKind } from '../protocol/jobs.js';
import type { RoutedSpec } from '../protocol/remote-spec.js';
import type { CallObserver } from '../telemetry/call-observer.js';
import type { Logger } from '../telemetry/logger.js';
import { orderTargets } from './order-targets.js';
import { isWorthAnotherTarget } from './remote-error.js';
import type { RemoteServer } from './remote-server.js';
import { isUp, slotsOf, stateOf, type Target, toSnapshot } from './target.js';

/** What a routed model needs of the rest of the gateway. */
export interface RoutedModelOptions {
  readonly spec: Pick<RoutedSpec, 'alias' | 'order' | 'queue'>;
  /** At least one. */
  readonly targets: readonly Target[];
  readonly observer?: CallObserver;
  readonly onState?: (change: StateChange, state: ModelState) => void;
  readonly log: Logger;
}

/** From the one that serves to the one that is farthest from it. */
const NEAREST: readonly ModelState[] = ['ready', 'loading', 'backoff', 'failed'];

/** A call of a routed model that ends early, for a reason. */
type OpenCall = AbortController;

/** An alias whose calls go elsewhere: the queue of its calls, and the targets that answer them. */
export class RoutedModel implements ServedModel {
  readonly alias: string;
  /** Those that remotes have told of so far. */
  readonly tokens: TokenCounts = { prompt: 0, completion: 0 };
  readonly #options: RoutedModelOptions;
  readonly #slots: CallSlots;
  readonly #slotCount: number;
  readonly #running: Map<Target, number>;
  readonly #open = new Set<OpenCall>();
  readonly #leave: readonly (() => void)[];
  #state: ModelState;
  #stateSince = new Date();
  #isStopped = false;

  constructor(options: RoutedModelOptions) {
    const { spec, targets, log, observer } = options;
    this.alias = spec.alias;
    this.#options = options;
    this.#slotCount = targets.reduce((sum, target) => sum + slotsOf(target), 0);
    this.#slots = new CallSlots({
      slots: this.#slotCount,
      queueLimit: spec.queue,
      onUse: () => {}, // what is elsewhere is not unloaded from here
      log,
      ...(observer && { observer }),
    });
    this.#running = new Map(targets.map((target) => [target, 0]));
    this.#state = this.#nearest();
    this.#leave = targets.flatMap((target) =>
      target.kind === 'remote' ? target.server.onChange(() => this.#update()) : [],
    );
  }

  get state(): ModelState {
    return this.#state;
  }

  /** Since when one of its targets can be asked. */
  get loadedAt(): Date | undefined {
    return this.#state === 'ready' ? this.#stateSince : undefined;
  }

  get observer(): CallObserver | undefined {
    return this.#options.observer;
  }

  snapshot(): ModelSnapshot {
    return {
      alias: this.alias,
      state: this.#state,
      stateSince: this.#stateSince,
      loadedAt: this.loadedAt,
      replicas: [...this.#running].map(([target, running]) => toSnapshot(target, running)),
      slots: this.#slotCount,
      queueLimit: this.#options.spec.queue,
      download: undefined,
      expiresAt: undefined,
      tokens: { ...this.tokens },
      ...this.#slots.snapshot(),
    };
  }

  /** Whether this server is its only target. */
  isAt(server: RemoteServer): boolean {
    const [only, ...others] = this.#options.targets;
    return others.length === 0 && only?.kind === 'remote' && only.server === server;
  }

  /** Looks at the remotes now. */
  async ensureReady(signal: AbortSignal): Promise<void> {
    const { targets } = this.#options;
    await Promise.all(targets.map((target) => target.kind === 'remote' && target.server.look()));
    signal.throwIfAborted();
    if (this.#isStopped) throw shuttingDown();
    if (this.#state !== 'ready') throw this.#nobody();
  }

  async unload(): Promise<void> {
    throw new ApiError(
      'invalid_request',
      `Model '${this.alias}' is not loaded here: its calls go elsewhere. Unload it where it is, or take it out of the config.`,
      { param: 'model' },
    );
  }

  /**
   * Runs a call when its turn has come, on the best target, and on the next one as long as `attempt` throws what another
   * target may do better.
   *
   * @param attempt answers by a target. It throws only while nothing of the answer has been sent.
   * @throws {ApiError} `queue_full`, `remote_unavailable`; what the last attempt threw; or the signal's reason.
   */
  async run<Result>(
    kind: CallKind,
    caller: Caller,
    attempt: (target: Target, caller: Caller) => Promise<Result>,
  ): Promise<Result> {
    if (this.#isStopped) throw shuttingDown();
    const slot = await this.#slots.acquire(kind, caller);
    const open: OpenCall = new AbortController();
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#open.add(open);
    slot.hold({ ended, cancel: (reason) => open.abort(reason) });
    try {
      return await this.#tryAll({ ...caller, signal: open.signal }, attempt);
    } finally {
      this.#open.delete(open);
      end();
    }
  }

  /** Nobody can ask for it any more. Calls that run go on. */
  forget(): void {
    for (const leave of this.#leave) leave();
  }

  refuse(): void {
    this.#isStopped = true;
    this.#slots.close(shuttingDown());
  }

  async stop(): Promise<void> {
    this.refuse();
    for (const call of this.#open) call.abort(shuttingDown());
  }

  async #tryAll<Result>(
    caller: Caller,
    attempt: (target: Target, caller: Caller) => Promise<Result>,
  ): Promise<Result> {
    const tried = new Set<Target>();
    let failure: unknown;
    while (true) {
      caller.signal.throwIfAborted();
      const target = this.#next(tried);
      if (!target) throw failure ?? this.#nobody();
      tried.add(target);
      this.#count(target, 1);
      try {
        return await attempt(target, caller);
      } catch (error) {
        if (caller.signal.aborted || !isWorthAnotherTarget(error)) throw error;
        failure ??= error;
        this.#options.log.warn({ err: error, target: nameOf(target) }, 'call failed at a target');
      } finally {
        this.#count(target, -1);
      }
    }
  }

  /** Looked for anew before each attempt: meanwhile another may have gone, or come back. */
  #next(tried: ReadonlySet<Target>): Target | undefined {
    const loads = [...this.#running]
      .filter(([target]) => !tried.has(target))
      .map(([target, running]) => ({
        target,
        isUp: isUp(target),
        // Others may use the local model by its own name.
        running: target.kind === 'local' ? callsOf(target.find()?.snapshot()) : running,
        slots: slotsOf(target),
      }));
    return orderTargets(loads, this.#options.spec.order)[0]?.target;
  }

  #count(target: Target, by: 1 | -1): void {
    this.#running.set(target, (this.#running.get(target) ?? 0) + by);
  }

  #nobody(): ApiError {
    for (const target of this.#running.keys()) if (target.kind === 'remote') return target.server.toRefusal();
    return new ApiError('remote_unavailable', `No target of model '${this.alias}' can be asked now.`);
  }

  #nearest(): ModelState {
    const states = this.#options.targets.map(stateOf);
    return NEAREST.find((state) => states.includes(state)) ?? 'loading';
  }

  #update(): void {
    const from = this.#state;
    const state = this.#nearest();
    if (state === from) return;
    this.#state = state;
    this.#stateSince = new Date();
    const isDown = state !== 'ready';
    const reason = isDown ? this.#nobody().message : undefined;
    this.#options.onState?.(
      { from, state, event: isDown ? 'died' : 'loaded', ...(reason !== undefined && { reason }) },
      state,
    );
  }
}

function callsOf(model: ModelSnapshot | undefined): number {
  return model ? model.calls.length + model.queue.length : 0;
}

function nameOf(target: Target): string {
  return target.kind === 'remote' ? target.server.name : target.alias;
}
