import { MAX_TIMER_MS } from '../protocol/timer-limit.js';

/** Tells when a model has been without a call for so long that it is to be unloaded. */
export class KeepAlive {
  /** Time without a call; below zero for ever. A change counts from the next {@link restart} on. */
  durationMs: number;
  readonly #expire: () => void;
  #expiresAt: Date | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param expire called when the time is over. */
  constructor(durationMs: number, expire: () => void) {
    this.durationMs = durationMs;
    this.#expire = expire;
  }

  /** When the time will be over; `undefined` if it does not run. */
  get expiresAt(): Date | undefined {
    return this.#expiresAt;
  }

  /** Begins to count anew if the model is idle now, otherwise stops. */
  restart(isIdle: boolean): void {
    clearTimeout(this.#timer);
    const isCounting = isIdle && this.durationMs >= 0;
    this.#expiresAt = isCounting ? new Date(Date.now() + this.durationMs) : undefined;
    if (isCounting) this.#wait(performance.now() + this.durationMs);
  }

  /** @param until by `performance.now()`: the clock of the day may be set. */
  #wait(until: number): void {
    const leftMs = until - performance.now();
    this.#timer = setTimeout(
      () => {
        if (leftMs > MAX_TIMER_MS) return this.#wait(until);
        this.#expiresAt = undefined;
        this.#expire();
      },
      Math.min(leftMs, MAX_TIMER_MS),
    );
    this.#timer.unref();
  }
}
