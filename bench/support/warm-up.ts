import type { Side, TimedCall, Timing } from './side.js';

/** A few hundred short calls: V8 has then compiled what each of them runs. */
const WARM_UP_MS = 3_000;

/**
 * Asks for three seconds, one call after another, before anything is measured. Without it a table shows how a process that
 * has just begun interprets its code, not how a server answers: its first calls take about twice as long.
 *
 * @returns all calls, from the first on.
 */
export async function warmUp(ask: Side['ask'], call: TimedCall): Promise<Timing[]> {
  const timings: Timing[] = [];
  const endAt = performance.now() + WARM_UP_MS;
  do timings.push(await ask(call));
  while (performance.now() < endAt);
  return timings;
}
