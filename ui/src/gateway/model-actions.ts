import { signal } from '@preact/signals';
import { ApiFailure, send } from '../api/send.js';
import { announce } from './announcement.js';
import { refreshStatus } from './status.js';

/** What the gateway refused of a model, by alias. */
export const refusals = signal<Readonly<Record<string, ApiFailure>>>({});

/** A load may take minutes, and a browser has few connections: only the last action is waited for. */
let waiting = new AbortController();

/** Loads a model. Its state tells how that goes. */
export function loadModel(alias: string): Promise<void> {
  return act(alias, 'POST', `/qvac/v1/models/${encodeURIComponent(alias)}/load`);
}

/** Unloads a model. @param isNow its running calls are cancelled. */
export function unloadModel(alias: string, isNow: boolean): Promise<void> {
  return act(alias, 'DELETE', `/v1/models/${encodeURIComponent(alias)}${isNow ? '?drain=now' : ''}`);
}

async function act(alias: string, method: 'POST' | 'DELETE', path: string): Promise<void> {
  waiting.abort();
  waiting = new AbortController();
  const { signal } = waiting;
  const { [alias]: _, ...others } = refusals.value;
  refusals.value = others;
  try {
    await send(path, { method, signal });
  } catch (error) {
    if (!(error instanceof ApiFailure)) return;
    refusals.value = { ...refusals.value, [alias]: error };
    announce(`${alias}: ${error.message}`);
  }
  await refreshStatus().catch(() => {});
}
