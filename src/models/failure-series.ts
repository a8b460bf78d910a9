import { ApiError } from '../protocol/errors.js';
import { describeExit, type ModelExit } from './model-snapshot.js';
import type { RestartPlan } from './restart-policy.js';

/** A model's failures in a row, loads that fail and workers that die, and when it may be tried again. */
export class FailureSeries {
  readonly #planRestart: (failures: number) => RestartPlan;
  #count = 0;
  #last: ModelExit | undefined;
  /** By `performance.now()`. */
  #retryAt = 0;

  /** @param planRestart what becomes of the model after so many failures in a row. */
  constructor(planRestart: (failures: number) => RestartPlan) {
    this.#planRestart = planRestart;
  }

  get count(): number {
    return this.#count;
  }

  /** What happened last. It stays when the series is over. */
  get last(): ModelExit | undefined {
    return this.#last;
  }

  /** Another one. Tells what becomes of the model. */
  add(exit: ModelExit): RestartPlan {
    this.#count += 1;
    this.#last = exit;
    const plan = this.#planRestart(this.#count);
    this.#retryAt = performance.now() + plan.delayMs;
    return plan;
  }

  /** Something that is no failure, for it was to end anyway. */
  note(exit: ModelExit): void {
    this.#last = exit;
  }

  /** The series is over: the next failure is the first. */
  end(): void {
    this.#count = 0;
  }

  /** Why the model is not tried now. */
  toRefusal(alias: string): ApiError {
    const seconds = Math.max(1, Math.ceil((this.#retryAt - performance.now()) / 1000));
    const reason = this.#last ? describeExit(this.#last) : 'unknown';
    return new ApiError(
      'model_quarantined',
      `Model '${alias}' failed ${this.#count} times in a row and is left alone for another ${seconds} s. To have it tried at once, unload it: DELETE /v1/models/${alias}. Its last failure: ${reason}`,
      { retryAfterSeconds: seconds },
    );
  }
}
