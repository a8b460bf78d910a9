const MEGABYTE = 1024 * 1024;

/** Memory in megabytes, or in gigabytes from one on. No line ends before the unit. */
export function formatMemory(bytes: number | null): string {
  if (bytes === null) return '–';
  const megabytes = bytes / MEGABYTE;
  return megabytes < 1024 ? `${Math.round(megabytes)}\u00a0MB` : `${(megabytes / 1024).toFixed(1)}\u00a0GB`;
}

/** A time span in its largest unit. */
export function formatSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Milliseconds below a second, else seconds. */
export function formatDelay(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A rate with as many digits as mean something. */
export function formatRate(perSecond: number): string {
  return perSecond > 0 && perSecond < 10 ? perSecond.toFixed(1) : String(Math.round(perSecond));
}
