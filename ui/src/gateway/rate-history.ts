/** How far back rates are kept. */
export const HISTORY_MS = 120_000;

/** Longer than this between two readings, and nobody knows what was between them. */
const GAP_MS = 4_000;

/** Shorter, and one token more or less would be a peak. */
const LEAST_MS = 500;

/** A rate, and when it was so, by `performance.now()`. `undefined`: nobody looked. */
export interface RatePoint {
  readonly atMs: number;
  readonly perSecond: number | undefined;
}

/** Makes rates of a counter that is read now and then. */
export class RateHistory {
  points: readonly RatePoint[] = [];
  #last: { readonly atMs: number; readonly total: number } | undefined;

  add(atMs: number, total: number): void {
    const last = this.#last;
    const elapsedMs = last ? atMs - last.atMs : Number.POSITIVE_INFINITY;
    if (elapsedMs < LEAST_MS) return;
    this.#last = { atMs, total };
    if (!last) return;
    // A counter that went back is that of another gateway.
    const isKnown = elapsedMs <= GAP_MS && total >= last.total;
    const perSecond = isKnown ? (1000 * (total - last.total)) / elapsedMs : undefined;
    this.points = [...this.points.filter((point) => point.atMs > atMs - HISTORY_MS), { atMs, perSecond }];
  }
}
