/** As many deaths in a row are a crash loop. */
const MOST_DEATHS = 5;

/** A gateway that served for so long was well: the count begins anew. */
const STABLE_MS = 60_000;

/** Before the second restart in a row; doubled for each further one. */
const BASE_DELAY_MS = 250;

/** What to do after a death. */
export interface RestartDecision {
  /** Deaths in a row, this one included. */
  readonly deaths: number;
  /** How long to wait; `undefined` means to give up. */
  readonly delayMs: number | undefined;
}

/**
 * Decides on a restart. The first is at once, for most crashes come alone; the next ones wait longer and longer, by a time
 * that varies, so that what happens at fixed times (a client's retry) is not met again and again.
 *
 * @param deathsBefore in a row.
 * @param servedMs how long the gateway that died had served.
 * @param random from 0 to 1, exclusive.
 */
export function decideRestart(deathsBefore: number, servedMs: number, random: () => number): RestartDecision {
  const deaths = servedMs >= STABLE_MS ? 1 : deathsBefore + 1;
  if (deaths >= MOST_DEATHS) return { deaths, delayMs: undefined };
  if (deaths === 1) return { deaths, delayMs: 0 };
  return { deaths, delayMs: Math.round(BASE_DELAY_MS * 2 ** (deaths - 2) * (0.5 + random())) };
}
