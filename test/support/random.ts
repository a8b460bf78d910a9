/** Random choices that a seed repeats. */
export interface Random {
  /** From 0 to below `limit`. */
  int(limit: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
}

/** Mulberry32, by Tommy Ettinger: small, and random enough to choose what a test does. */
export function createRandom(seed: number): Random {
  let state = seed;
  const int = (limit: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return Math.floor((((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
  return { int, pick: (list) => list[int(list.length)] ?? list[0] };
}
