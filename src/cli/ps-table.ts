import type { GatewayStatus, ModelStatus } from '../protocol/status.js';

const HEAD = ['MODEL', 'STATE', 'CALLS', 'QUEUE', 'MEMORY', 'SINCE', 'RESTARTS', 'LAST EXIT'];

/** What engines write is not for a terminal to obey. */
const CONTROL = /\p{Cc}+/gu;

/**
 * The models as a table for people.
 *
 * @param now as `Date.now()`.
 */
export function toPsTable({ models }: GatewayStatus, now: number): string {
  const rows = [HEAD, ...models.map((model) => toRow(model, now))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => cell.padEnd(widths[column] ?? 0))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

function toRow(model: ModelStatus, now: number): string[] {
  const exit = model.last_exit;
  return [
    model.id,
    model.state,
    `${model.calls.length}/${model.slots}`,
    String(model.queue.length),
    model.memory_bytes === null ? '-' : `${Math.round(model.memory_bytes / 1024 / 1024)} MB`,
    toAge(model.state_since, now),
    String(model.restarts),
    exit ? `${toAge(exit.at, now)} ago: ${exit.reason}` : '-',
  ].map((cell) => cell.replace(CONTROL, ' '));
}

/** How long ago, in its largest unit. */
function toAge(at: string, now: number): string {
  const seconds = Math.max(0, Math.floor((now - Date.parse(at)) / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
