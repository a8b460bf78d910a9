import type { ModelState } from '../models/model-state.js';

/**
 * The models that a next gateway should load: those that were loaded and not unloaded since. One whose worker died is
 * still wanted; one that is being loaded for the first time may be what kills the gateway.
 */
export class LoadedModels {
  readonly #aliases: Set<string>;
  readonly #report: (aliases: readonly string[]) => void;

  /** @param aliases what the gateway before had loaded. */
  constructor(aliases: readonly string[], report: (aliases: readonly string[]) => void) {
    this.#aliases = new Set(aliases);
    this.#report = report;
  }

  /** Call it whenever a model's state has changed. */
  changed(alias: string, state: ModelState): void {
    const { size } = this.#aliases;
    if (state === 'ready') this.#aliases.add(alias);
    if (state === 'draining' || state === 'unloading') this.#aliases.delete(alias);
    if (this.#aliases.size !== size) this.#report([...this.#aliases]);
  }
}
