import { type Caller, CallSlots } from '../models/call-slots.js';
import type { ModelSnapshot } from '../models/model-snapshot.js';
import type { ModelEvent, ModelState } from '../models/model-state.js';
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
import { isSamePlace, isUp, slotsOf, stateOf, type Target, toSnapshot } from './target.js';

/** What the config says of where the calls of an alias go. */
export interface Routing {
  readonly spec: Pick<RoutedSpec, 'alias' | 'order' | 'queue'>;
  /** At least one. */
  readonly targets: readonly Target[];
}

/** What a routed model needs of the rest of the gateway. */
interface RoutedModelOptions {
  readonly observer?: CallObserver;
  readonly onState?: (change: StateChange, state: ModelState) => void;
  readonly log: Logger;
}

/** From the one that serves to the one that is farthest from it. */
const NEAREST: readonly ModelState[] = ['ready', 'loading', 'backoff', 'failed'];

/** What has led to a state, as of models that are here. Others are misfortunes. */
const EVENTS: Partial<Record<ModelState, ModelEvent>> = { ready: 'loaded', loading: 'load' };

/** A target, and the calls of this model that it has. It stays the same when only how it is treated changes. */
interface Place {
  target: Target;
  running: number;
}

/** An alias whose calls go elsewhere: the queue of its calls, and the targets that answer them. */
export class RoutedModel implements ServedModel {
  readonly alias: string;
  /** Those that remotes have told of so far. */
  readonly tokens: TokenCounts = { prompt: 0, completion: 0 };
  readonly #options: RoutedModelOptions;
  readonly #slots: CallSlots;
  /** Calls that run, to end them early, for a reason. */
  readonly #open = new Set<AbortController>();
  #spec: Routing['spec'];
  #places: readonly Place[] = [];
  #slotCount = 0;
  #leave: readonly (() => void)[] = [];
  #state: ModelState;
  #stateSince = new Date();
  /** Why it takes no call any more. */
  #refusal: ApiError | undefined;
  #onIdle: () => void = () => {};

  constructor(routing: Routing, options: RoutedModelOptions) {
    const { log, observer } = options;
    this.alias = routing.spec.alias;
    this.#spec = routing.spec;
    this.#options = options;
    this.#slots = new CallSlots({
      slots: 0, // the routing says how many
      queueLimit: 0,
      onUse: (isIdle) => isIdle && this.#onIdle(),
      log,
      ...(observer && { observer }),
    });
    this.#route(routing);
    this.#state = this.#nearest();
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
      replicas: this.#places.map(({ target, running }) => toSnapshot(target, running)),
      slots: this.#slotCount,
      queueLimit: this.#spec.queue,
      download: undefined,
      expiresAt: undefined,
      tokens: { ...this.tokens },
      ...this.#slots.snapshot(),
    };
  }

  /** Sends its calls there from now on, also those that wait. Those that run go on where they are. */
  reroute(routing: Routing): void {
    this.#route(routing);
    this.#update();
  }

  /** Looks at the remotes now. */
  async ensureReady(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#places.map(({ target }) => target.kind === 'remote' && target.server.look()));
    signal.throwIfAborted();
    if (this.#refusal) throw this.#refusal;
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
    if (this.#refusal) throw this.#refusal;
    const slot = await this.#slots.acquire(kind, caller);
    const open = new AbortController();
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

  /** Nobody can ask for it any more: those who wait get the reason. Resolves when the calls that run have ended. */
  async dismiss(reason: ApiError): Promise<void> {
    for (const leave of this.#leave) leave();
    this.refuse(reason);
    if (this.#slots.isIdle) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  refuse(reason = shuttingDown()): void {
    this.#refusal = reason;
    this.#slots.close(reason);
  }

  async stop(): Promise<void> {
    this.refuse(this.#refusal);
    for (const call of this.#open) call.abort(shuttingDown());
  }

  #route({ spec, targets }: Routing): void {
    this.#spec = spec;
    this.#places = targets.map((target) => {
      const place = this.#places.find((one) => isSamePlace(one.target, target));
      return place ? Object.assign(place, { target }) : { target, running: 0 };
    });
    this.#slotCount = targets.reduce((sum, target) => sum + slotsOf(target), 0);
    this.#slots.resize(this.#slotCount, spec.queue);
    for (const leave of this.#leave) leave();
    this.#leave = targets.flatMap((target) =>
      target.kind === 'remote' ? target.server.onChange(() => this.#update()) : [],
    );
  }

  async #tryAll<Result>(
    caller: Caller,
    attempt: (target: Target, caller: Caller) => Promise<Result>,
  ): Promise<Result> {
    const tried = new Set<Place>();
    let failure: unknown;
    while (true) {
      caller.signal.throwIfAborted();
      const place = this.#next(tried);
      if (!place) throw failure ?? this.#nobody();
      tried.add(place);
      place.running += 1;
      const { target } = place;
      try {
        return await attempt(target, caller);
      } catch (error) {
        if (caller.signal.aborted || !isWorthAnotherTarget(error)) throw error;
        failure ??= error;
        this.#options.log.warn({ err: error, target: nameOf(target) }, 'call failed at a target');
      } finally {
        place.running -= 1;
      }
    }
  }

  /** Looked for anew before each attempt: meanwhile another may have gone, or come back. */
  #next(tried: ReadonlySet<Place>): Place | undefined {
    const loads = this.#places
      .filter((place) => !tried.has(place))
      .map((place) => ({
        place,
        isUp: isUp(place.target),
        // Others may use the local model by its own name.
        running: place.target.kind === 'local' ? callsOf(place.target.find()?.snapshot()) : place.running,
        slots: slotsOf(place.target),
      }));
    return orderTargets(loads, this.#spec.order)[0]?.place;
  }

  #nobody(): ApiError {
    for (const { target } of this.#places) if (target.kind === 'remote') return target.server.toRefusal();
    return new ApiError('remote_unavailable', `No target of model '${this.alias}' can be asked now.`);
  }

  #nearest(): ModelState {
    const states = this.#places.map(({ target }) => stateOf(target));
    return NEAREST.find((state) => states.includes(state)) ?? 'loading';
  }

  #update(): void {
    const from = this.#state;
    const state = this.#nearest();
    if (state === from) return;
    this.#state = state;
    this.#stateSince = new Date();
    const event = EVENTS[state] ?? 'died';
    const reason = event === 'died' ? this.#nobody().message : undefined;
    this.#options.onState?.({ from, state, event, ...(reason !== undefined && { reason }) }, state);
  }
}

function callsOf(model: ModelSnapshot | undefined): number {
  return model ? model.calls.length + model.queue.length : 0;
}

function nameOf(target: Target): string {
  return target.kind === 'remote' ? target.server.name : target.alias;
}
