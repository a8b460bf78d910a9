import type { ModelHost } from '../models/model-host.js';
import type { ReplicaSnapshot } from '../models/model-snapshot.js';
import type { ModelState } from '../models/model-state.js';
import type { RemoteServer } from './remote-server.js';

/** A model of another server. */
export interface RemoteTarget {
  readonly kind: 'remote';
  readonly server: RemoteServer;
  /** Its name there. */
  readonly model: string;
  readonly slots: number;
}

/** A model of this gateway. */
export interface LocalTarget {
  readonly kind: 'local';
  readonly alias: string;
  /** As the config has it now: it may change while the gateway runs. */
  readonly find: () => ModelHost | undefined;
}

/** Where a call may go. */
export type Target = RemoteTarget | LocalTarget;

/** Whether both are the same model of the same server. */
export function isSamePlace(one: Target, other: Target): boolean {
  if (one.kind === 'local') return other.kind === 'local' && one.alias === other.alias;
  return other.kind === 'remote' && one.server === other.server && one.model === other.model;
}

/** Calls that it can have at once. */
export function slotsOf(target: Target): number {
  return target.kind === 'remote' ? target.slots : (target.find()?.snapshot().slots ?? 1);
}

/** Whether a call may go there now. A local model that is not loaded is loaded by the call. */
export function isUp(target: Target): boolean {
  if (target.kind === 'remote') return target.server.allows;
  return (target.find()?.state ?? 'failed') !== 'failed';
}

/** As a model's: a local one that is not loaded answers all the same, so it counts as ready. */
export function stateOf(target: Target): ModelState {
  if (target.kind === 'remote') return target.server.state;
  return isUp(target) ? 'ready' : 'failed';
}

/** @param running calls that this alias has there. */
export function toSnapshot(target: Target, running: number): ReplicaSnapshot {
  if (target.kind === 'local') {
    const snapshot = target.find()?.snapshot();
    return {
      state: snapshot?.state ?? 'failed',
      stateSince: snapshot?.stateSince ?? new Date(),
      loadedAt: snapshot?.loadedAt,
      incarnation: 0,
      restarts: 0,
      lastExit: undefined,
      pid: undefined,
      download: undefined,
      running,
      target: target.alias,
    };
  }
  const { state, stateSince, lastExit, name } = target.server;
  return {
    state,
    stateSince,
    loadedAt: state === 'ready' ? stateSince : undefined,
    incarnation: 0,
    restarts: 0,
    lastExit,
    pid: undefined,
    download: undefined,
    running,
    target: `${target.model} at ${name}`,
  };
}
