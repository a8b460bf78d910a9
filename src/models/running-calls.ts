import { setTimeout as delay } from 'node:timers/promises';
import type { ApiError } from '../protocol/errors.js';
import type { RunningCall } from './call-slots.js';

/** How long the engine may take to let go of a cancelled call before its worker is ended all the same. */
const CANCEL_TIMEOUT_MS = 5_000;

/** The calls that one worker works on. */
export class RunningCalls {
  readonly #calls = new Set<RunningCall>();
  /** Ends the wait for them. */
  #endDrain = (): void => {};

  get size(): number {
    return this.#calls.size;
  }

  add(call: RunningCall): void {
    this.#calls.add(call);
    void call.ended.then(() => this.#calls.delete(call));
  }

  /** Resolves when one of them has ended. */
  async freed(): Promise<void> {
    await Promise.race([...this.#calls].map((call) => call.ended));
  }

  cancel(reason: ApiError): void {
    for (const call of this.#calls) call.cancel(reason);
  }

  /**
   * Lets those that run now finish, until {@link endDrain} is called; then they are cancelled. Resolves when the engine has
   * let go of them, or has had its time to.
   */
  async drain(reason: ApiError): Promise<void> {
    const calls = [...this.#calls];
    const allEnded = Promise.all(calls.map((call) => call.ended));
    const deadline = new Promise<void>((resolve) => {
      this.#endDrain = resolve;
    });
    await Promise.race([allEnded, deadline]);
    for (const call of calls) call.cancel(reason);
    await Promise.race([allEnded, delay(CANCEL_TIMEOUT_MS, undefined, { ref: false })]);
  }

  endDrain(): void {
    this.#endDrain();
  }
}
