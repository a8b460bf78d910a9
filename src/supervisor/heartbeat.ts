/** Time between two questions. */
export const TICK_MS = 1_000;

/** Unanswered questions in a row after which a gateway that serves counts as hung. A machine that swaps is slow, too. */
const SERVING_LIMIT = 20;

/** While it starts: modules and config are read at one go. */
const STARTING_LIMIT = 60;

/**
 * Tells a hung gateway by the questions that its event loop left unanswered. Questions and not time: on a machine that
 * was suspended the clock went on and nobody was asked.
 */
export class Heartbeat {
  #limit = STARTING_LIMIT;
  #unanswered = 0;

  /** Call it at every tick. True: ask again. False: it is hung. */
  shouldAsk(): boolean {
    if (this.#unanswered >= this.#limit) return false;
    this.#unanswered += 1;
    return true;
  }

  answered(): void {
    this.#unanswered = 0;
  }

  /** From now on it has to answer sooner. */
  serving(): void {
    this.#limit = SERVING_LIMIT;
  }

  /** Questions that may stay unanswered now. */
  get limit(): number {
    return this.#limit;
  }
}
