import type { GatewayStatus, ModelStatus } from '../protocol/status.js';
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
  'UNLOADED',
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
  return `${toTable([HEAD, ...rows])}\n${toMemoryLine(now.status)}\n`;
}

function toMemoryLine({
  memory_reserved_bytes: reserved,
  memory_budget_bytes: budget,
}: GatewayStatus): string {
  return `Memory kept for models: ${toMegabytes(reserved)} of ${toMegabytes(budget)}`;
}

function toRow(model: ModelStatus, rate: number | undefined, wallClock: number): string[] {
  const { last_exit: exit } = model;
  return [
    model.id,
    model.state,
    `${model.calls.length}/${model.slots}`,
    String(model.queue.length),
    rate === undefined ? '-' : rate.toFixed(1),
    model.memory_bytes === null ? '-' : toMegabytes(model.memory_bytes),
    model.threads === 0 ? '-' : String(model.threads * model.replicas.length), // none of a model elsewhere
    toAge(model.state_since, wallClock),
    model.expires_at === null ? '-' : `in ${toSpan(Date.parse(model.expires_at) - wallClock)}`,
    String(model.restarts),
    exit ? `${toAge(exit.at, wallClock)} ago: ${exit.reason}` : '-',
  ];
}

function toMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024)} MB`;
}

/** How long ago. */
function toAge(at: string, wallClock: number): string {
  return toSpan(wallClock - Date.parse(at));
}

/** A time span in its largest unit. */
function toSpan(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
