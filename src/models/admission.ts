import { ApiError } from '../protocol/errors.js';
import { abortable } from './abortable.js';

/** A call that waits for a slot. */
interface Waiter {
  readonly admitted: Promise<void>;
  readonly admit: () => void;
  readonly refuse: (reason: ApiError) => void;
}

/**
 * Lets a bounded number of calls run at once and queues the rest, first come first served. The engine has a queue of
 * its own, but a call that waits there can't be moved to another worker.
 */
export class Admission {
  readonly #slots: number;
  readonly #queueLimit: number;
  readonly #queue = new Set<Waiter>();
  #running = 0;
  #closed: ApiError | undefined;

  constructor(slots: number, queueLimit: number) {
    this.#slots = slots;
    this.#queueLimit = queueLimit;
  }

  /** The next call will have to wait. */
  get isFull(): boolean {
    return this.#running >= this.#slots;
  }

  /** Calls that wait for a slot. */
  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * Waits for a slot.
   *
   * @returns a function that gives the slot back; calling it again does nothing.
   * @throws {ApiError} `queue_full`, at once; or the reason of `signal`, or that of {@link close}.
   */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#closed) throw this.#closed;
    if (!this.isFull) {
      this.#running += 1;
      return this.#releaseOnce();
    }
    if (this.#queue.size >= this.#queueLimit) {
      throw new ApiError(
        'queue_full',
        `${this.#queue.size} calls wait for this model already. Try again later.`,
      );
    }
    const waiter = createWaiter();
    this.#queue.add(waiter);
    try {
      await abortable(waiter.admitted, signal);
    } catch (error) {
      // Admitted and aborted in the same turn: the slot was handed over and must go on to the next.
      if (!this.#queue.delete(waiter)) this.#release();
      throw error;
    }
    return this.#releaseOnce();
  }

  /** Lets nobody in any more, and tells those who wait why. */
  close(reason: ApiError): void {
    this.#closed = reason;
    for (const waiter of this.#queue) waiter.refuse(reason);
  }

  #releaseOnce(): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#release();
    };
  }

  #release(): void {
    const [next] = this.#queue;
    if (next) {
      this.#queue.delete(next); // the slot passes from hand to hand: #running stays
      next.admit();
    } else {
      this.#running -= 1;
    }
  }
}

function createWaiter(): Waiter {
  let admit = (): void => {};
  let refuse = (_reason: ApiError): void => {};
  const admitted = new Promise<void>((resolve, reject) => {
    admit = resolve;
    refuse = reject;
  });
  return { admitted, admit, refuse };
}
