import { effect, signal } from '@preact/signals';
import { ApiFailure, send } from '../api/send.js';
import { announce } from './announcement.js';
import { models, refreshStatus } from './status.js';

/** What was not done. */
interface Refusal {
  readonly failure: ApiFailure;
  /** The state that the model should be in. */
  readonly wanted: 'ready' | 'idle';
}

/** What the gateway refused of a model, by alias, until the model is as it was wanted. */
export const refusals = signal<Readonly<Record<string, Refusal>>>({});

effect(() => {
  for (const { id, state } of models.value) {
    if (refusals.peek()[id]?.wanted === state) forget(id);
  }
});

/** A load may take minutes, and a browser has few connections: only the last action is waited for. */
let waiting = new AbortController();

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
  waiting.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  forget(alias);
  try {
    await send(path, { method, signal });
  } catch (error) {
    if (!(error instanceof ApiFailure)) return;
    refusals.value = { ...refusals.value, [alias]: { failure: error, wanted } };
    announce(`${alias}: ${error.message}`);
  }
  await refreshStatus().catch(() => {});
}

function forget(alias: string): void {
  const { [alias]: _, ...others } = refusals.peek();
  refusals.value = others;
}
