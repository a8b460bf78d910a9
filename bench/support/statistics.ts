/** The smallest value that at least a share `q` (0 to 1) of all values do not exceed (nearest rank). */
export function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** The nearest-rank median. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/**
 * Quotients of values of the same round: noise that lasts longer than a round cancels out. Rounds that one of both does
 * not have are left out.
 */
export function ratios(numerators: readonly number[], denominators: readonly number[]): number[] {
  return denominators
    .slice(0, numerators.length)
    .map((denominator, round) => (numerators[round] ?? Number.NaN) / denominator);
}
