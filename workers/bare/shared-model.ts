/** How a shared model is loaded and unloaded. */
export interface SharedModelOptions {
  readonly unload: (modelId: string) => Promise<void>;
  /** How long it stays for a user that was lost, who may come back. */
  readonly lingerMs: number;
}

/**
 * A model that several peers use: it is unloaded when the last of them is done with it. Loads and unloads follow one
 * another: of two loads at once the SDK (0.16) lets one fail, and forgets the model that it has loaded.
 */
export class SharedModel {
  readonly #options: SharedModelOptions;
  readonly #users = new Set<object>();
  #modelId: string | undefined;
  /** Settles with the latest load or unload. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SharedModelOptions) {
    this.#options = options;
  }

  /** The SDK's name of it; `undefined` if it is not loaded. */
  get modelId(): string | undefined {
    return this.#modelId;
  }

  /**
   * Has it loaded for a user: one that is loaded already is not loaded again.
   *
   * @param load gives the SDK's name of it; `undefined` if it could not be loaded.
   * @returns that name.
   */
  load(user: object, load: () => Promise<string | undefined>): Promise<string | undefined> {
    this.#users.add(user);
    return this.#next(async () => {
      try {
        this.#modelId ??= await load();
      } finally {
        if (this.#modelId === undefined) this.#users.delete(user);
      }
      return this.#modelId;
    });
  }

  /** Counts a user who found it loaded. */
  join(user: object): void {
    this.#users.add(user);
  }

  /** A user is done with it. */
  leave(user: object): void {
    if (this.#users.delete(user)) this.#unloadUnused();
  }

  /** A user has gone without a word. */
  lose(user: object): void {
    if (!this.#users.delete(user)) return;
    setTimeout(() => this.#unloadUnused(), this.#options.lingerMs);
  }

  #unloadUnused(): void {
    void this.#next(async () => {
      const modelId = this.#modelId;
      if (this.#users.size > 0 || modelId === undefined) return;
      this.#modelId = undefined;
      await this.#options.unload(modelId);
    }).catch(() => {});
  }

  #next<Result>(step: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(step);
    this.#last = done.catch(() => {}); // whatever became of it, the next one's turn comes
    return done;
  }
}
