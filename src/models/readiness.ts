import type { ModelState } from './model-state.js';

/**
 * Whether the gateway has loaded what it was told to have loaded. A model that somebody unloads is no longer wanted; one
 * that crashed is, and so is one that can't be loaded.
 */
export class Readiness {
  readonly #states: Map<string, ModelState>;
  readonly #unwanted = new Set<string>();

  /** @param wanted aliases of the models that are loaded without being asked for. */
  constructor(wanted: Iterable<string>) {
    this.#states = new Map([...wanted].map((alias) => [alias, 'idle']));
  }

  /** Another model is wanted. */
  want(alias: string): void {
    if (!this.#states.has(alias)) this.#states.set(alias, 'idle');
  }

  /** The config has it no more. */
  forget(alias: string): void {
    this.#states.delete(alias);
    this.#unwanted.delete(alias);
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
