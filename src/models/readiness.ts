import type { ModelState } from './model-state.js';

/**
 * Whether the gateway has loaded what it was told to have loaded. A model that somebody unloads is no longer wanted; one
 * that crashed is, and so is one that can't be loaded.
 */
export class Readiness {
  readonly #states = new Map<string, ModelState>();
  readonly #unwanted = new Set<string>();

  /**
   * Says which models are to be loaded without being asked for.
   *
   * @param wanted with the states that they are in.
   * @returns those that were not wanted before.
   */
  want(wanted: ReadonlyMap<string, ModelState>): string[] {
    for (const alias of [...this.#states.keys()].filter((known) => !wanted.has(known))) {
      this.#states.delete(alias);
      this.#unwanted.delete(alias);
    }
    const added = [...wanted].filter(([alias]) => !this.#states.has(alias));
    for (const [alias, state] of added) this.#states.set(alias, state);
    return added.map(([alias]) => alias);
  }

  /** Call it whenever a model's state has changed. */
  changed(alias: string, state: ModelState): void {
    if (!this.#states.has(alias)) return;
    this.#states.set(alias, state);
    if (state === 'draining' || state === 'unloading') this.#unwanted.add(alias);
    if (state === 'ready') this.#unwanted.delete(alias);
  }

  /** The models that are still missing. */
  missing(): string[] {
    return [...this.#states]
      .filter(([alias, state]) => state !== 'ready' && !this.#unwanted.has(alias))
      .map(([alias]) => alias);
  }
}
