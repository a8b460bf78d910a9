import { batch, signal } from '@preact/signals';
import type { GatewayStatus, ModelStatus } from '../../../src/protocol/status.js';
import { isKeyRefused } from '../api/api-key.js';
import { ApiFailure, send } from '../api/send.js';
import { announce } from './announcement.js';
import { RateHistory, type RatePoint } from './rate-history.js';
import { whileWatched } from './while-watched.js';

const PAUSE_MS = 1_000;

/** An answer takes milliseconds. */
const PATIENCE_MS = 5_000;

const SILENT = `The gateway has not answered for ${PATIENCE_MS / 1000} s.`;

/** A model, and its tokens per second over the last minutes. */
export interface WatchedModel extends ModelStatus {
  readonly rates: readonly RatePoint[];
}

/** The last status that the gateway told; `undefined` before the first. */
export const status = signal<GatewayStatus | undefined>();
export const models = signal<readonly WatchedModel[]>([]);
/** Why the status is not known any more; `undefined` while it is. */
export const statusFailure = signal<ApiFailure | undefined>();

/** The gateway's clock, in milliseconds since 1970: that of this machine may be another. */
export const gatewayNowMs = signal(Date.now());

const histories = new Map<string, RateHistory>();
let reading: Promise<void> | undefined;

/** Reads the status once a second while somebody looks at the page. */
export function watchStatus(): void {
  whileWatched(refreshStatus, PAUSE_MS);
}

/** Reads it now. */
export async function refreshStatus(): Promise<void> {
  reading ??= read().finally(() => {
    reading = undefined;
  });
  await reading;
}

async function read(): Promise<void> {
  try {
    const response = await send('/qvac/v1/status', { signal: AbortSignal.timeout(PATIENCE_MS) });
    receive((await response.json()) as GatewayStatus, Date.parse(response.headers.get('date') ?? ''));
  } catch (error) {
    const failure = error instanceof ApiFailure ? error : new ApiFailure('unreachable', SILENT);
    if (!statusFailure.value && !isKeyRefused.value) announce(failure.message);
    statusFailure.value = failure;
    throw error;
  }
}

function receive(next: GatewayStatus, nowMs: number): void {
  const atMs = performance.now();
  const watched = next.models.map((model) => {
    const history = histories.get(model.id) ?? new RateHistory();
    histories.set(model.id, history);
    // An embedding generates nothing: its work is to read.
    history.add(
      atMs,
      model.tokens.completion_total + (model.category === 'chat' ? 0 : model.tokens.prompt_total),
    );
    return { ...model, rates: history.points };
  });
  if (statusFailure.value && status.value) announce('The gateway answers again.');
  batch(() => {
    gatewayNowMs.value = Number.isNaN(nowMs) ? Date.now() : nowMs;
    status.value = next;
    models.value = watched;
    statusFailure.value = undefined;
  });
}
