import type { CallKind } from '../protocol/jobs.js';
import type { DownloadSnapshot } from './download-meter.js';
import type { ModelState } from './model-state.js';
import type { TokenCounts } from './token-counts.js';

/** A call that waits or runs, seen from outside. */
export interface CallSnapshot {
  /** That of its request. The choices of one request share it. */
  readonly id: string;
  readonly kind: CallKind;
  readonly receivedAt: Date;
  /** When it got to the engine; `undefined` while it waits. */
  readonly startedAt: Date | undefined;
}

/** How a model's worker ended that was not asked to, or why its last load failed. */
export interface ModelExit {
  /** An `ErrorCode`. */
  readonly code: string;
  readonly reason: string;
  /** The last lines that its process wrote to stderr. */
  readonly stderrTail: readonly string[];
  readonly at: Date;
}

/** One worker of a model as it is now, as plain data. */
export interface ReplicaSnapshot {
  readonly state: ModelState;
  readonly stateSince: Date;
  readonly loadedAt: Date | undefined;
  /** Workers that it has had so far, the present one included. */
  readonly incarnation: number;
  /** Workers that were started by themselves after one had failed. */
  readonly restarts: number;
  readonly lastExit: ModelExit | undefined;
  readonly pid: number | undefined;
  /** What its load waits for; `undefined` while nothing is downloaded for it. */
  readonly download: DownloadSnapshot | undefined;
  /** Calls that its engine works on. */
  readonly running: number;
  /** Of a target of a routed model, which is no worker: what it is called, and where it is. */
  readonly target?: string;
}

/** A model as it is now, as plain data. */
export interface ModelSnapshot {
  readonly alias: string;
  /** That of the replica that is nearest to serving. */
  readonly state: ModelState;
  readonly stateSince: Date;
  /** Since when the replica is loaded that is so for longest. */
  readonly loadedAt: Date | undefined;
  /** When it will be unloaded if no call comes; `undefined` while it has calls, is not loaded, or stays for ever. */
  readonly expiresAt: Date | undefined;
  /** In a fixed order, at least one. */
  readonly replicas: readonly ReplicaSnapshot[];
  /** What it waits for; `undefined` while nothing is downloaded for it. */
  readonly download: DownloadSnapshot | undefined;
  /** Calls that it runs at once, all replicas together. */
  readonly slots: number;
  readonly queueLimit: number;
  readonly tokens: Readonly<TokenCounts>;
  /** Calls that have a slot. */
  readonly calls: readonly CallSnapshot[];
  /** Calls that wait for a slot, in the order of their turns. */
  readonly queue: readonly CallSnapshot[];
}

/** Lines of stderr that are kept of a worker that has ended. */
const TAIL_LINES = 20;

/** Reason and stderr as one text. */
export function describeExit({ reason, stderrTail }: ModelExit): string {
  return [reason, ...stderrTail].join('\n');
}

/** @param text the reason, and after it, on lines of their own, what the process said last. */
export function toModelExit(code: string, text: string, at: Date): ModelExit {
  const [reason = '', ...lines] = text.split('\n');
  return { code, reason, stderrTail: lines.slice(-TAIL_LINES), at };
}
