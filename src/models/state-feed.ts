import type { ModelEvent, ModelState } from './model-state.js';

/** A change of the state of a model's replica: its only one, if none is named. */
export interface StateChange {
  /** Of several, from 1. */
  readonly replica?: number;
  readonly from: ModelState;
  readonly state: ModelState;
  /** What changed it. */
  readonly event: ModelEvent;
  /** Why, if something has failed, or was unloaded without being asked for. */
  readonly reason?: string;
}

/** The same, with the model's alias. */
export type ModelStateChange = StateChange & { readonly model: string };

type Listener = (change: ModelStateChange) => void;

/** Tells whoever wants to know of the changes of all models. Nothing is kept. */
export class StateFeed {
  readonly #listeners = new Set<Listener>();

  publish(change: ModelStateChange): void {
    for (const listen of this.#listeners) listen(change);
  }

  /** @returns a function that ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
