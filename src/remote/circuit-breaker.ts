/** Calls in a row that found no server, after which it is left alone. */
const MOST_FAILURES = 3;

/** Looks in a row that came to nothing: a server that computes may miss one. */
const MOST_SILENT_PROBES = 2;

/**
 * Whether calls may go to a server.
 *
 *              3 calls fail, or a probe              probe answered
 *     closed ──────────────────────────▶ open ───────────────────────▶ half-open
 *        ▲                                 ▲                             │  │
 *        │                                 └───── call or probe fails ───┘  │
 *        └────────────────────────── call answered, or another probe ───────┘
 *
 * `half-open` lets one call through at a time. Pure: it has neither clock nor timer.
 */
export class CircuitBreaker {
  #state: 'closed' | 'open' | 'half-open' = 'closed';
  #failures = 0;
  #silentProbes = 0;
  /** Calls that are on their way in `half-open`. */
  #trials = 0;
  /** How often it was opened. */
  #openings = 0;

  get state(): 'closed' | 'open' | 'half-open' {
    return this.#state;
  }

  /** Whether a call may go there now. */
  get allows(): boolean {
    return this.#state === 'closed' || (this.#state === 'half-open' && this.#trials === 0);
  }

  /** A call goes there. @returns a function that says what came of it, once. */
  begin(): (outcome: 'answered' | 'failed' | 'left') => void {
    const isTrial = this.#state === 'half-open';
    const openings = this.#openings;
    if (isTrial) this.#trials += 1;
    let isOpen = true;
    return (outcome) => {
      if (!isOpen) return;
      isOpen = false;
      if (isTrial) this.#trials -= 1;
      // One that began before it was opened may have been lost then: the server may well be back.
      if (outcome === 'failed' && openings === this.#openings) this.#fail();
      if (outcome === 'answered') this.#close();
    };
  }

  /** @param outcome `silent` is no answer in time; `failed` is that nobody is there, or the wrong one. */
  probed(outcome: 'answered' | 'silent' | 'failed'): void {
    if (outcome === 'answered') {
      this.#silentProbes = 0;
      if (this.#state === 'open') this.#state = 'half-open';
      else if (this.#state === 'half-open') this.#close();
      return;
    }
    this.#silentProbes += 1;
    if (outcome === 'failed' || this.#silentProbes >= MOST_SILENT_PROBES) this.#open();
  }

  #fail(): void {
    this.#failures += 1;
    if (this.#state === 'half-open' || this.#failures >= MOST_FAILURES) this.#open();
  }

  #open(): void {
    if (this.#state !== 'open') this.#openings += 1;
    this.#state = 'open';
  }

  #close(): void {
    // A call that began before it was opened says nothing of how it is now.
    if (this.#state === 'open') return;
    this.#state = 'closed';
    this.#failures = 0;
  }
}
