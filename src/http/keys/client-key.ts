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
  readonly #revoked = new AbortController();
  #usage: KeyUsage;
  #name: string | undefined;
  #models: ReadonlySet<string> | undefined;
  #maxConcurrent = Infinity;
  #limiter: RateLimiterMemory | undefined;
  #running = 0;

  constructor(apiKey: ApiKey, usage: KeyUsage) {
    this.#usage = usage;
    this.limit(apiKey, usage);
  }

  get name(): string | undefined {
    return this.#name;
  }

  get usage(): KeyUsage {
    return this.#usage;
  }

  /** Aborts when it is no key any more. */
  get revoked(): AbortSignal {
    return this.#revoked.signal;
  }

  /** From the next request on, the config's word for it counts. What is open, and this minute's requests, count on. */
  limit({ name, models, maxConcurrent, requestsPerMinute }: ApiKey, usage: KeyUsage): void {
    this.#name = name;
    this.#usage = usage;
    this.#models = models && new Set(models);
    this.#maxConcurrent = maxConcurrent ?? Infinity;
    if (requestsPerMinute === undefined) this.#limiter = undefined;
    else if (this.#limiter) this.#limiter.points = requestsPerMinute;
    else this.#limiter = new RateLimiterMemory({ points: requestsPerMinute, duration: 60 });
  }

  /** It lets nobody in any more. */
  revoke(): void {
    this.#revoked.abort();
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
    const { usage } = this;
    this.#running += 1;
    usage.running += 1;
    return () => {
      this.#running -= 1;
      usage.running -= 1;
    };
  }

  /**
   * Takes one of the minute's requests. `isSpent`: there was none left.
   *
   * @returns `undefined` if it has no such limit.
   */
  async spend(): Promise<(RateState & { readonly isSpent: boolean }) | undefined> {
    if (!this.#limiter) return undefined;
    const limit = this.#limiter.points;
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
