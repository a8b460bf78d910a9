import type { MessagePort } from 'node:worker_threads';
import { ApiError } from '../protocol/errors.js';
import type { CallFailure } from '../protocol/events.js';
import type { CallCommand } from '../protocol/jobs.js';

/**
 * Events that may wait for their reader. One that waits for nothing else finds one at a time, also after the event loop
 * has stood still (measured), so this many show a bug, which must not fill the memory: an engine can't be paused.
 */
const PENDING_LIMIT = 10_000;

/**
 * A running call: its events as they come, in arrays of all that has come since the last look; `end` is the last.
 *
 * Iterate it once, and wait for nothing else meanwhile. It throws an {@link ApiError} if the call failed, the reason if
 * it was cancelled, or what it was told of a worker that died; a port that closes before the end means that too (a job's
 * own reply can overtake the last messages on its port). Leaving the loop early cancels the call.
 */
export class CallStream<Event extends { readonly type: string }> implements AsyncIterable<Event[]> {
  /**
   * Resolves when the worker has let go of the call, however it ended: the engine is free again. Unless it was cancelled,
   * that is before its reader hears of the end: who asks again at once finds the place free.
   */
  readonly ended: Promise<void>;

  readonly #port: MessagePort;
  readonly #alias: string;
  #pending: Event[] = [];
  #isOver = false;
  #failure: unknown;
  #cancelAskedAt: number | undefined;
  #hasLife = false;
  #wake = (): void => {};
  #letGo = (): void => {};

  /**
   * @param alias names the model in errors.
   * @param onCutOff called when the port closes before the end: whoever knows more of it may {@link lose} the call now,
   *   before anyone hears of it.
   */
  constructor(port: MessagePort, alias: string, onCutOff = (): void => {}) {
    this.#port = port;
    this.#alias = alias;
    port.on('message', (event: Event | CallFailure) => this.#accept(event));
    this.ended = new Promise((resolve) => {
      this.#letGo = resolve;
    });
    port.once('close', () => {
      if (!this.#isOver) onCutOff();
      if (!this.#isOver) this.#finish(crashed(alias)); // an error takes its stack: not one for each call
      this.#letGo();
    });
  }

  /** When the engine was asked to let go of it, by `performance.now()`. */
  get cancelAskedAt(): number | undefined {
    return this.#cancelAskedAt;
  }

  /** Whether anything has come from the worker since this was asked last. */
  takeLifeSign(): boolean {
    const hasLife = this.#hasLife;
    this.#hasLife = false;
    return hasLife;
  }

  /** The worker has died: the stream throws `error`, unless it had ended before. */
  lose(error: ApiError): void {
    this.#finish(error);
    this.#port.close();
  }

  /** Frees the engine. The stream throws `reason` at once, unless it had ended before: an engine may take its time. */
  cancel(reason: unknown): void {
    if (this.#isOver) return;
    this.#cancelAskedAt = performance.now();
    this.#port.postMessage({ type: 'cancel' } satisfies CallCommand);
    this.#finish(reason);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Event[], void> {
    try {
      while (true) {
        if (this.#pending.length > 0) {
          const events = this.#pending;
          this.#pending = [];
          yield events;
        } else if (this.#isOver) {
          if (this.#failure) throw this.#failure;
          return;
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      if (!this.#isOver) {
        this.cancel(new ApiError('client_closed_request', 'The reader left before the end.'));
      }
    }
  }

  #accept(event: Event | CallFailure): void {
    this.#hasLife = true;
    if (event.type === 'end' || isFailure(event)) this.#letGo();
    if (this.#isOver) return;
    if (isFailure(event)) {
      this.#finish(event.type === 'error' ? ApiError.from(event.error) : unasked(this.#alias));
      return;
    }
    if (this.#pending.length >= PENDING_LIMIT) {
      this.cancel(new Error(`nobody reads the events of a call of model '${this.#alias}'`));
      return;
    }
    this.#pending.push(event);
    if (event.type === 'end') this.#finish(undefined);
    else this.#wake();
  }

  #finish(failure: unknown): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#failure = failure;
    this.#wake();
  }
}

function isFailure(event: { readonly type: string }): event is CallFailure {
  return event.type === 'error' || event.type === 'cancelled';
}

function crashed(alias: string): ApiError {
  return new ApiError(
    'worker_crashed',
    `The worker of model '${alias}' ended unexpectedly. Try again: a new one is started.`,
  );
}

/** The engine may cancel by itself, and a stream without `end` must not pass for a whole one. */
function unasked(alias: string): ApiError {
  return new ApiError('engine_error', `The engine of model '${alias}' cancelled the call.`);
}
