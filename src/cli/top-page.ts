import { toPsTable } from './ps-table.js';
import { toHarmless } from './to-harmless.js';
import type { Sample } from './token-rate.js';

/** What `qvac top` knows. */
interface Seen {
  readonly now: Sample;
  readonly before: Sample | undefined;
  /** Why there is nothing newer. */
  readonly problem: string | undefined;
}

/** What `qvac top` shows, line by line. */
export function toTopPage(url: string, { now, before, problem }: Seen, wallClock: number): string[] {
  const { status } = now;
  const state = status.is_stopping ? 'stopping' : status.is_ready ? 'ready' : 'not ready';
  const memory = Math.round(status.memory_bytes / 1024 / 1024);
  return [
    `${url}  ${state}, up ${toUptime(status.uptime_seconds)}, gateway ${memory} MB`,
    problem === undefined ? 'q: quit' : toHarmless(problem), // above the models: of many, a screen shows the first
    '',
    ...toPsTable(now, before, wallClock).trimEnd().split('\n'),
  ];
}

function toUptime(seconds: number): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3_600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${minutes}m`;
  return minutes > 0 ? `${minutes}m` : `${seconds}s`;
}
