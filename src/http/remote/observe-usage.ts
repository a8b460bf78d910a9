import type { CallObserver } from '../../telemetry/call-observer.js';

const USAGE = Buffer.from('"usage"');

/** What of an answer can hold its token counts, after their name. */
const WITHIN_BYTES = 1_024;

/** Tells the token counts of an answer, where it has them. They are not parsed: most parts have none. */
export function observeUsage(observer: CallObserver | undefined, bytes: Buffer): void {
  if (!observer) return;
  const at = bytes.lastIndexOf(USAGE);
  if (at === -1) return;
  const text = bytes.subarray(at, at + WITHIN_BYTES).toString('latin1');
  const prompt = /"prompt_tokens"\s*:\s*(\d+)/.exec(text)?.[1];
  if (prompt === undefined) return;
  observer.counted(Number(prompt), Number(/"completion_tokens"\s*:\s*(\d+)/.exec(text)?.[1] ?? 0));
}
