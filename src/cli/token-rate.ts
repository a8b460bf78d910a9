import type { GatewayStatus } from '../protocol/status.js';

/** A status, and when it was asked for by `performance.now()`. */
export interface Sample {
  readonly status: GatewayStatus;
  readonly at: number;
}

/** Tokens that a model generated per second between two samples; `undefined` if that is not known. */
export function tokenRate(alias: string, before: Sample, now: Sample): number | undefined {
  const [first, last] = [before, now].map(({ status }) => countOf(alias, status));
  if (first === undefined || last === undefined || now.at <= before.at) return undefined;
  // A new gateway counts from zero, and so does a model that was reloaded.
  if (before.status.pid !== now.status.pid || last < first) return undefined;
  return ((last - first) * 1000) / (now.at - before.at);
}

function countOf(alias: string, { models }: GatewayStatus): number | undefined {
  return models.find(({ id }) => id === alias)?.tokens.completion_total;
}
