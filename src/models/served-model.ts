import type { ModelSnapshot } from './model-snapshot.js';
import type { ModelState } from './model-state.js';

/** What is the same of all models, whether their workers are here or elsewhere. */
export interface ServedModel {
  readonly alias: string;
  readonly state: ModelState;
  /** Since when it can be asked; `undefined` unless it can. */
  readonly loadedAt: Date | undefined;
  /** All that there is to see from outside, as it is now. */
  snapshot(): ModelSnapshot;
  /** Resolves when it can be asked. @throws {ApiError} why it can't be. */
  ensureReady(signal: AbortSignal): Promise<void>;
  /** Frees its memory. Running calls have so long to finish. */
  unload(drainTimeoutMs?: number): Promise<void>;
  /** Takes no further call. */
  refuse(): void;
  /** Ends it for good, and the calls that run. */
  stop(): Promise<void>;
}
