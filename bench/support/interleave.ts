import { setTimeout as delay } from 'node:timers/promises';

/** Long enough for llama.cpp's threads to stop spinning after a call, for where a variant has all cores. */
export const SPIN_MS = 100;

/**
 * Runs all variants in turn, `rounds` times. Each round begins with another one, and every second one goes backwards:
 * what disturbs the machine hits all of them alike, and none always follows the same neighbour. The first `warmUps`
 * rounds do not count.
 *
 * @param restMs between a variant and the next.
 * @returns the results of each variant, by round.
 */
export async function interleave<Name extends string, Result>(
  variants: Readonly<Record<Name, () => Promise<Result>>>,
  rounds: number,
  warmUps: number,
  restMs = 0,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(variants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Result[]>;
  for (let round = -warmUps; round < rounds; round++) {
    const first = (round + warmUps) % names.length;
    const order = [...names.slice(first), ...names.slice(0, first)];
    if (round % 2 !== 0) order.reverse();
    for (const name of order) {
      const result = await variants[name]();
      if (round >= 0) results[name].push(result);
      if (restMs > 0) await delay(restMs);
    }
  }
  return results;
}
