import type { ModelStatus } from '../protocol/status.js';
import { toTable } from './table.js';
import { type Sample, tokenRate } from './token-rate.js';

const HEAD = [
  'MODEL',
  'STATE',
  'CALLS',
  'QUEUE',
  'TOKENS/S',
  'MEMORY',
  'THREADS',
  'SINCE',
  'RESTARTS',
  'LAST EXIT',
];

/**
 * The models as a table for people.
 *
 * @param before an earlier look at them, from which on tokens are counted. Without it, none are.
 * @param wallClock as `Date.now()`.
 */
export function toPsTable(now: Sample, before: Sample | undefined, wallClock: number): string {
  const rows = now.status.models.map((model) => {
    const rate = before && tokenRate(model.id, before, now);
    return toRow(model, rate, wallClock);
  });
  return toTable([HEAD, ...rows]);
}

function toRow(model: ModelStatus, rate: number | undefined, wallClock: number): string[] {
  const { last_exit: exit } = model;
  return [
    model.id,
    model.state,
    `${model.calls.length}/${model.slots}`,
    String(model.queue.length),
    rate === undefined ? '-' : rate.toFixed(1),
    model.memory_bytes === null ? '-' : `${Math.round(model.memory_bytes / 1024 / 1024)} MB`,
    String(model.threads * model.replicas.length),
    toAge(model.state_since, wallClock),
    String(model.restarts),
    exit ? `${toAge(exit.at, wallClock)} ago: ${exit.reason}` : '-',
  ];
}

/** How long ago, in its largest unit. */
function toAge(at: string, wallClock: number): string {
  const seconds = Math.max(0, Math.floor((wallClock - Date.parse(at)) / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
