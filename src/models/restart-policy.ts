/** The first restart comes soon: most crashes happen once. */
const FIRST_DELAY_MS = 250;

/** Failures in a row, loads that fail and workers that die, after which a model is left alone for a while. */
const MAX_FAILURES = 5;

/** How long it is left alone. */
export const COOL_DOWN_MS = 5 * 60_000;

/** The same where a peer runs it. One that was away, or restarts, is no fault of the model, and does not say when it is back. */
export const PEER_COOL_DOWN_MS = 30_000;

/** A model that was ready for so long is well: what happens after that is a new trouble. */
const STABLE_MS = 60_000;

/** What becomes of a model that failed. */
export interface RestartPlan {
  /** It has failed too often in a row. */
  readonly isQuarantined: boolean;
  /** Time until it may be loaded again. */
  readonly delayMs: number;
}

/**
 * When a model that failed is loaded again: after a delay that doubles with each failure, and that varies, so that
 * models which died together do not come back together.
 *
 * @param failures failures in a row, this one included.
 * @param coolDownMs how long it is left alone after too many of them.
 * @param random as `Math.random`.
 */
export function planRestart(failures: number, coolDownMs: number, random: () => number): RestartPlan {
  if (failures >= MAX_FAILURES) return { isQuarantined: true, delayMs: coolDownMs };
  const delayMs = FIRST_DELAY_MS * 2 ** (failures - 1);
  return { isQuarantined: false, delayMs: delayMs * (0.5 + random() / 2) };
}

/** Whether a model that died after so long in `ready` was well until then. */
export function wasStable(readyMs: number): boolean {
  return readyMs >= STABLE_MS;
}
