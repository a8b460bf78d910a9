/** What models may take: a share of the machine's memory, or bytes. */
export type MemoryBudget = { readonly share: number } | { readonly bytes: number };

/** The rest is for the system, for the gateway, and for what engines compute in. */
export const DEFAULT_BUDGET = { share: 0.8 };

const UNITS: Readonly<Record<string, number>> = { MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 };

export const MEMORY_BUDGET_ADVICE = 'must be a share as "80%" or a size as "24GB" or "512MB", above zero';

/** @returns `undefined` if it is none. */
export function parseMemoryBudget(written: string): MemoryBudget | undefined {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?) ?(%|MB|GB|TB)$/.exec(written) ?? [];
  const count = Number(digits ?? 0);
  if (count === 0) return undefined;
  return unit === '%' ? { share: count / 100 } : { bytes: Math.floor(count * (UNITS[unit] ?? 0)) };
}
