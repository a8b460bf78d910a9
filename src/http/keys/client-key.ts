import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { ApiKey } from '../../protocol/api-key.js';
import { ApiError } from '../../protocol/errors.js';
import type { KeyUsage } from '../../telemetry/key-usage.js';

/** What a client's key still allows in this minute. */
interface RateState {
  readonly limit: number;
  readonly remaining: number;
  readonly resetMs: number;
}

/** Whoever shows one key: what they may do, and what they have used. It does not know the key itself. */
export class ClientKey {
  readonly name: string | undefined;
  readonly usage: KeyUsage;
  readonly #models: ReadonlySet<string> | undefined;
  readonly #maxConcurrent: number;
  readonly #requestsPerMinute: number | undefined;
  readonly #limiter: RateLimiterMemory | undefined;
  #running = 0;

  constructor({ name, models, maxConcurrent, requestsPerMinute }: ApiKey, usage: KeyUsage) {
    this.name = name;
    this.usage = usage;
    this.#models = models && new Set(models);
    this.#maxConcurrent = maxConcurrent ?? Infinity;
    this.#requestsPerMinute = requestsPerMinute;
    this.#limiter =
      requestsPerMinute === undefined
        ? undefined
        : new RateLimiterMemory({ points: requestsPerMinute, duration: 60 });
  }

  /** It is for some of the models only. */
  get isLimitedToModels(): boolean {
    return this.#models !== undefined;
  }

  mayUse(alias: string): boolean {
    return this.#models?.has(alias) ?? true;
  }

  /** @throws {ApiError} `model_not_allowed`, which says nothing of whether there is such a model. */
  assertMayUse(alias: string): void {
    if (this.mayUse(alias)) return;
    const list = [...(this.#models ?? [])].map((model) => `'${model}'`).join(', ');
    throw this.refusal('model_not_allowed', `Your API key is for these models only: ${list}.`, {
      param: 'model',
    });
  }

  /**
   * Counts a request in.
   *
   * @returns a function to call once, when it is over.
   * @throws {ApiError} `rate_limit_exceeded`.
   */
  enter(): () => void {
    this.usage.requests += 1;
    if (this.#running >= this.#maxConcurrent) {
      throw this.refusal(
        'rate_limit_exceeded',
        `Your API key may have ${this.#maxConcurrent} requests open at once. Wait until one has ended.`,
      );
    }
    this.#running += 1;
    this.usage.running += 1;
    return () => {
      this.#running -= 1;
      this.usage.running -= 1;
    };
  }

  /**
   * Takes one of the minute's requests. `isSpent`: there was none left.
   *
   * @returns `undefined` if it has no such limit.
   */
  async spend(): Promise<(RateState & { readonly isSpent: boolean }) | undefined> {
    if (!this.#limiter || this.#requestsPerMinute === undefined) return undefined;
    const limit = this.#requestsPerMinute;
    const told = await this.#limiter.consume('').then(
      (state) => ({ state, isSpent: false }),
      (state: unknown) => ({ state, isSpent: true }),
    );
    if (!(told.state instanceof RateLimiterRes)) throw told.state;
    const { remainingPoints, msBeforeNext } = told.state;
    return { limit, remaining: remainingPoints, resetMs: msBeforeNext, isSpent: told.isSpent };
  }

  /** An error to throw, counted. */
  refusal(...error: ConstructorParameters<typeof ApiError>): ApiError {
    this.usage.rejected += 1;
    return new ApiError(...error);
  }
}
