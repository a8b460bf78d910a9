/** Text that may be passed on, and whether a stop text was found after it. */
export interface StopMatch {
  readonly text: string;
  readonly isStopped: boolean;
}

/**
 * Finds the first of several stop texts in a text that comes in pieces. What could be the beginning of a stop text is
 * held back until it is clear, so that no part of one is ever passed on.
 */
export class StopMatcher {
  readonly #stops: readonly string[];
  #held = '';

  constructor(stops: readonly string[]) {
    this.#stops = stops;
  }

  /** Takes the next piece. After a match nothing more must be pushed. */
  push(piece: string): StopMatch {
    const text = this.#held + piece;
    const found = this.#stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
    if (found.length > 0) {
      this.#held = '';
      return { text: text.slice(0, Math.min(...found)), isStopped: true };
    }
    const heldLength = Math.max(0, ...this.#stops.map((stop) => overlap(text, stop)));
    this.#held = text.slice(text.length - heldLength);
    return { text: text.slice(0, text.length - heldLength), isStopped: false };
  }

  /** What was held back, at the end of the text: it was no stop text after all. */
  rest(): string {
    const text = this.#held;
    this.#held = '';
    return text;
  }
}

/** Length of the longest end of `text` with which `stop` begins. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length -= 1) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
