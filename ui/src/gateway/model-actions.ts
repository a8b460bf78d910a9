import { effect, signal } from '@preact/signals';
import { ApiFailure, send } from '../api/send.js';
import { announce } from './announcement.js';
import { models, refreshStatus } from './status.js';
import { Turns } from './turns.js';

/** What was not done. */
interface Refusal {
  readonly failure: ApiFailure;
  /** The state that the model should be in. */
  readonly wanted: 'ready' | 'idle';
}

/** What the gateway refused of a model, by alias, until the model is as it was wanted. */
export const refusals = signal<Readonly<Record<string, Refusal>>>({});

/** A browser has six connections to a server, of which status, events, log and a chat may take four. */
const loadTurns = new Turns(2);

/** The actions that wait for their answer, by alias. */
const waits = new Map<string, { readonly wanted: Refusal['wanted']; readonly abort: AbortController }>();

effect(() => {
  for (const { id, state, download, memory_reserved_bytes: reserved } of models.value) {
    if (refusals.peek()[id]?.wanted === state) forget(id);
    // A load that takes its time goes on by itself. One that waits for memory ends when nobody waits for it.
    const isUnderWay = state === 'loading' && (download !== null || reserved > 0);
    const wait = waits.get(id);
    if (isUnderWay && wait?.wanted === 'ready') wait.abort.abort();
  }
});

/** Loads a model. Its state tells how that goes. */
export function loadModel(alias: string): Promise<void> {
  return act(alias, 'ready', 'POST', `/qvac/v1/models/${encodeURIComponent(alias)}/load`);
}

/** Unloads a model. @param isNow its running calls are cancelled. */
export function unloadModel(alias: string, isNow: boolean): Promise<void> {
  return act(alias, 'idle', 'DELETE', `/v1/models/${encodeURIComponent(alias)}${isNow ? '?drain=now' : ''}`);
}

async function act(
  alias: string,
  wanted: Refusal['wanted'],
  method: 'POST' | 'DELETE',
  path: string,
): Promise<void> {
  waits.get(alias)?.abort.abort();
  const wait = { wanted, abort: new AbortController() };
  waits.set(alias, wait);
  forget(alias);
  const endTurn = wanted === 'ready' ? await loadTurns.take() : undefined; // an unload may make room for those that wait
  try {
    await send(path, { method, signal: wait.abort.signal });
  } catch (error) {
    if (error instanceof ApiFailure) {
      refusals.value = { ...refusals.value, [alias]: { failure: error, wanted } };
      announce(`${alias}: ${error.message}`);
    }
  } finally {
    endTurn?.();
    if (waits.get(alias) === wait) waits.delete(alias);
  }
  await refreshStatus().catch(() => {});
}

function forget(alias: string): void {
  const { [alias]: _, ...others } = refusals.peek();
  refusals.value = others;
}
