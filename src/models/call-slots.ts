import type { CallStream } from '../pool/call-stream.js';
import type { ApiError } from '../protocol/errors.js';
import type { CallKind, EventOf } from '../protocol/jobs.js';
import type { CallObserver, RequestObserver } from '../telemetry/call-observer.js';
import type { Logger } from '../telemetry/logger.js';
import { Admission } from './admission.js';
import type { CallSnapshot } from './model-snapshot.js';

/** Who asks, and for how long. */
export interface Caller {
  /** Names the call to whoever wants to see or cancel it: its request's id. */
  readonly id: string;
  /** Whoever it is that callers take turns by. */
  readonly client: string;
  /** Aborts the call: leaves the queue, or frees the engine. */
  readonly signal: AbortSignal;
  /** Told how the call goes, beside the model's own. */
  readonly observer?: RequestObserver | undefined;
}

/** What is done with a call that runs, of whatever kind. */
export type RunningCall = Pick<CallStream<EventOf<CallKind>>, 'ended' | 'cancel'>;

/** The right of one call to the engine. */
export interface CallSlot {
  /** The call has begun: the caller's signal cancels it, and the slot is given back when the engine has let go of it. */
  hold<Call extends RunningCall>(call: Call): Call;
  /** Gives it back: there will be no call. */
  release(): void;
}

/** What is told of a call. */
type Ticket = { -readonly [Field in keyof CallSnapshot]: CallSnapshot[Field] };

/** How many calls there may be, and who is told of them. */
export interface CallSlotsOptions {
  /** Calls that run at once. */
  readonly slots: number;
  /** Calls that may wait for a slot. */
  readonly queueLimit: number;
  /** Told when a call comes, and again when the last one has gone. */
  readonly onUse: (isIdle: boolean) => void;
  /** Told how calls go. */
  readonly observer?: CallObserver;
  readonly log: Logger;
}

/** The calls of one model: those that wait for a slot, and those that have one. */
export class CallSlots {
  readonly #options: CallSlotsOptions;
  readonly #admission: Admission<Ticket>;
  /** Of the calls that have a slot. */
  readonly #tickets = new Set<Ticket>();

  constructor(options: CallSlotsOptions) {
    this.#options = options;
    this.#admission = new Admission(options.slots, options.queueLimit);
  }

  /** No call runs or waits. */
  get isIdle(): boolean {
    return this.#admission.isIdle;
  }

  /** All calls as they are now: those with a slot, and those that wait, in the order of their turns. */
  snapshot(): { calls: CallSnapshot[]; queue: CallSnapshot[] } {
    return {
      calls: [...this.#tickets].map((ticket) => ({ ...ticket })),
      queue: this.#admission.entries().map((ticket) => ({ ...ticket })),
    };
  }

  /**
   * Waits for a slot.
   *
   * @throws {ApiError} as `Admission.acquire`.
   */
  async acquire(kind: CallKind, { id, client, signal, observer: asking }: Caller): Promise<CallSlot> {
    const { log, observer } = this.#options;
    if (this.#admission.isFull) log.debug({ waiting: this.#admission.waiting }, 'call queued');
    const ticket: Ticket = { id, kind, receivedAt: new Date(), startedAt: undefined };
    const askedAt = performance.now();
    const acquired = this.#admission.acquire(client, signal, ticket);
    this.#options.onUse(this.isIdle);
    const giveBack = await acquired;
    this.#tickets.add(ticket);
    const waitMs = performance.now() - askedAt;
    observer?.admitted(waitMs);
    asking?.admitted(waitMs);
    const release = (): void => {
      this.#tickets.delete(ticket);
      giveBack();
      if (this.isIdle) this.#options.onUse(true);
    };
    return {
      release,
      hold: (call) => {
        ticket.startedAt = new Date();
        log.debug({ calls: this.#tickets.size }, 'call started');
        const cancel = (): void => call.cancel(signal.reason);
        signal.addEventListener('abort', cancel, { once: true });
        if (signal.aborted) cancel(); // nobody would hear of it later
        void call.ended.then(() => {
          signal.removeEventListener('abort', cancel);
          release();
        });
        return call;
      },
    };
  }

  /** As `Admission.resize`. */
  resize(slots: number, queueLimit: number): void {
    this.#admission.resize(slots, queueLimit);
  }

  /** Tells those who wait now why it is of no use. */
  refuseWaiting(reason: unknown): void {
    this.#admission.refuseWaiting(reason);
  }

  /** Lets nobody in any more, and tells those who wait why. */
  close(reason: ApiError): void {
    this.#admission.close(reason);
  }

  /** Lets others in again. */
  open(): void {
    this.#admission.open();
  }
}
