/**
 * Tells one call's tokens from the embedding engine's count, which runs on from the first call to the last
 * (`llama_perf_context().n_p_eval`).
 */
export class TokenMeter {
  #total: number | undefined = 0;

  /** False after a call that failed: what it did is in the engine's count, and nobody knows how much that was. */
  get isKnown(): boolean {
    return this.#total !== undefined;
  }

  forget(): void {
    this.#total = undefined;
  }

  /** Takes the engine's count as it is now. */
  reset(reported: number): void {
    // llama.cpp says 1 where it means 0.
    this.#total = reported <= 1 ? 0 : reported;
  }

  /**
   * Tokens since the last count.
   *
   * @param texts how many texts there were. Each has a token at least: llama.cpp leaves out a batch of a single one.
   */
  count(reported: number, texts: number): number {
    const before = this.#total ?? 0;
    this.reset(reported);
    return Math.max((this.#total ?? 0) - before, texts);
  }
}
