/** Milliseconds of Go's units. */
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

const DURATION = /^(-?)((?:\d+(?:\.\d+)?(?:ms|s|m|h))+)$/;
const PARTS = /(\d+(?:\.\d+)?)(ms|s|m|h)/g;
const SECONDS = /^-?\d+(?:\.\d+)?$/;

/** How one is written, for messages. */
export const DURATION_FORM = 'a duration as "5m" or "1h30m", or a number of seconds (0: at once, -1: never)';

/**
 * A duration as Ollama's clients write it: Go's way (`"5m"`, `"1h30m"`, `"-1s"`), or a number of seconds, also as text.
 *
 * @returns milliseconds; `undefined` if it is none.
 */
export function parseDuration(written: string | number): number | undefined {
  if (typeof written === 'number') return Number.isFinite(written) ? written * 1_000 : undefined;
  if (SECONDS.test(written)) return Number(written) * 1_000;
  const [, sign, parts] = DURATION.exec(written) ?? [];
  if (parts === undefined) return undefined;
  let durationMs = 0;
  for (const [, count, unit] of parts.matchAll(PARTS)) durationMs += Number(count) * (UNITS[unit ?? ''] ?? 0);
  return sign === '-' ? -durationMs : durationMs;
}
