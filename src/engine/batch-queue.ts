/** What may go together with others, or only alone. */
interface Passenger {
  readonly goesAlone: boolean;
}

/** What a queue runs, and how. */
export interface BatchQueueOptions<Call extends Passenger> {
  /** Calls that may go together. */
  readonly places: number;
  /** Calls back when the first who waits has waited for others long enough. Returns a function that prevents it. */
  readonly gather: (begin: () => void) => () => void;
  /** Runs calls together. The next batch begins when it resolves; it must not reject. */
  readonly run: (calls: readonly Call[]) => Promise<void>;
}

/**
 * Forms batches: one runs at a time, and those who come meanwhile go together when it has ended. The longest waiting is
 * always of the next batch; one that goes alone waits like all others.
 */
export class BatchQueue<Call extends Passenger> {
  readonly #options: BatchQueueOptions<Call>;
  #waiting: Call[] = [];
  #isRunning = false;
  #stopGathering: (() => void) | undefined;

  constructor(options: BatchQueueOptions<Call>) {
    this.#options = options;
  }

  add(call: Call): void {
    this.#waiting.push(call);
    this.#arrange();
  }

  /** @returns false if it no longer waits. */
  withdraw(call: Call): boolean {
    const before = this.#waiting.length;
    this.#waiting = this.#waiting.filter((waiting) => waiting !== call);
    return this.#waiting.length < before;
  }

  #arrange(): void {
    if (this.#isRunning || this.#waiting.length === 0) return;
    if (this.#waiting.length >= this.#options.places) void this.#go();
    else this.#stopGathering ??= this.#options.gather(() => void this.#go());
  }

  async #go(): Promise<void> {
    this.#stopGathering?.();
    this.#stopGathering = undefined;
    const batch = this.#takeBatch();
    if (batch.length === 0) return;
    this.#isRunning = true;
    await this.#options.run(batch);
    this.#isRunning = false;
    this.#arrange();
  }

  #takeBatch(): Call[] {
    const [first] = this.#waiting;
    if (!first) return [];
    const together = first.goesAlone
      ? [first]
      : this.#waiting.filter(({ goesAlone }) => !goesAlone).slice(0, this.#options.places);
    this.#waiting = this.#waiting.filter((call) => !together.includes(call));
    return together;
  }
}
