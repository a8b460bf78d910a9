import { setTimeout as delay } from 'node:timers/promises';

/** The engine's words for a job that comes while it has one. */
const BUSY = /a job is already set or being processed/;

const LOOK_INTERVAL_MS = 5;

/** Far longer than the 40 ms that were measured. */
const FREE_TIMEOUT_MS = 5_000;

/**
 * Runs a job on an engine that takes one at a time, as soon as it is free. It says that a cancelled job has ended a little
 * before it has: after 3 of 100 cancels, an embedding that came next was refused for that.
 *
 * @throws what `run` rejects with.
 */
export async function untilFree<Result>(run: () => Promise<Result>): Promise<Result> {
  const deadline = performance.now() + FREE_TIMEOUT_MS;
  while (true) {
    try {
      return await run();
    } catch (error) {
      const isBusy = error instanceof Error && BUSY.test(error.message);
      if (!isBusy || performance.now() > deadline) throw error;
    }
    await delay(LOOK_INTERVAL_MS);
  }
}
