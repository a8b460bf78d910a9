import { ApiError } from '../protocol/errors.js';
import { abortable } from './abortable.js';
import { TurnQueue } from './turn-queue.js';

/** A call that waits for a slot. */
interface Waiter<Entry> {
  readonly entry: Entry | undefined;
  readonly admitted: Promise<void>;
  readonly admit: () => void;
  readonly refuse: (reason: unknown) => void;
  hasSlot: boolean;
}

/** Weight of the newest call in the average time that a call takes. */
const NEWEST_WEIGHT = 0.2;

/**
 * Lets a bounded number of calls run at once and queues the rest; clients take turns, so that one with a hundred calls
 * does not hold up another with one. The engine has a queue of its own, but a call that waits there can't be moved to
 * another worker.
 */
export class Admission<Entry extends object = object> {
  #slots: number;
  #queueLimit: number;
  readonly #queue = new TurnQueue<Waiter<Entry>>();
  #running = 0;
  /** Of the time that a call holds its slot. */
  #averageMs: number | undefined;
  #closed: ApiError | undefined;

  constructor(slots: number, queueLimit: number) {
    this.#slots = slots;
    this.#queueLimit = queueLimit;
  }

  /** The next call will have to wait. */
  get isFull(): boolean {
    return this.#running >= this.#slots;
  }

  /** No call has a slot, and none waits. */
  get isIdle(): boolean {
    return this.#running === 0 && this.#queue.size === 0;
  }

  /** Calls that wait for a slot. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** What those who wait have given as their entry, in the order of their turns. */
  entries(): Entry[] {
    return this.#queue.inTurn().flatMap(({ entry }) => entry ?? []);
  }

  /**
   * Waits for a slot. When too many wait, the client with the most of them loses its last one: the one that comes, if
   * nobody has more.
   *
   * @param client whoever it is that takes turns with others.
   * @param entry what {@link entries} tells of it while it waits.
   * @returns a function that gives the slot back; calling it again does nothing.
   * @throws {ApiError} `queue_full`; or the reason of `signal`, or that of {@link refuseWaiting} or {@link close}.
   */
  async acquire(client: string, signal: AbortSignal, entry?: Entry): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#closed) throw this.#closed;
    if (!this.isFull) {
      this.#running += 1;
      return this.#releaseOnce();
    }
    const waiter = createWaiter(entry);
    this.#queue.push(client, waiter);
    if (this.#queue.size > this.#queueLimit) this.#queue.dropFromLongest(client)?.refuse(this.#queueFull());
    try {
      await abortable(waiter.admitted, signal);
    } catch (error) {
      this.#queue.delete(client, waiter);
      if (waiter.hasSlot) this.#release(); // admitted and aborted in the same turn
      throw error;
    }
    return this.#releaseOnce();
  }

  /** From now on there are so many. Those who are beyond that stay until they go by themselves. */
  resize(slots: number, queueLimit: number): void {
    this.#slots = slots;
    this.#queueLimit = queueLimit;
    while (this.#running < slots && this.#queue.size > 0) {
      this.#running += 1;
      this.#release();
    }
  }

  /** Tells those who wait now why it is of no use. */
  refuseWaiting(reason: unknown): void {
    for (const waiter of this.#queue.clear()) waiter.refuse(reason);
  }

  /** Lets nobody in any more, and tells those who wait why. */
  close(reason: ApiError): void {
    this.#closed = reason;
    this.refuseWaiting(reason);
  }

  /** Lets others in again. */
  open(): void {
    this.#closed = undefined;
  }

  #releaseOnce(): () => void {
    const startedAt = performance.now();
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#measure(performance.now() - startedAt);
      this.#release();
    };
  }

  #release(): void {
    const next = this.#running > this.#slots ? undefined : this.#queue.shift();
    if (next) {
      next.hasSlot = true; // it passes from hand to hand: #running stays
      next.admit();
    } else {
      this.#running -= 1;
    }
  }

  #measure(serviceMs: number): void {
    const before = this.#averageMs ?? serviceMs;
    this.#averageMs = before + (serviceMs - before) * NEWEST_WEIGHT;
  }

  #queueFull(): ApiError {
    const waitMs = ((this.#averageMs ?? 0) * Math.max(1, this.#queueLimit)) / this.#slots;
    const why =
      this.#queueLimit === 0
        ? 'This model is busy, and its config lets no call wait'
        : `${this.#queueLimit} calls wait for this model already`;
    return new ApiError('queue_full', `${why}. Try again later, or raise 'queue' in its config.`, {
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
    });
  }
}

function createWaiter<Entry>(entry: Entry | undefined): Waiter<Entry> {
  let admit = (): void => {};
  let refuse = (_reason: unknown): void => {};
  const admitted = new Promise<void>((resolve, reject) => {
    admit = resolve;
    refuse = reject;
  });
  return { entry, admitted, admit, refuse, hasSlot: false };
}
