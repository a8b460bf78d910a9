import { ApiError } from '../protocol/errors.js';
import type { Call, CallKind, EventOf } from '../protocol/jobs.js';
import type { Caller } from './call-slots.js';
import type { ModelHost } from './model-host.js';
import { observeEvents } from './observe-events.js';
import { countTokens } from './token-counts.js';

/**
 * Runs a call and gives its events as they come. One of which nothing has come when its worker dies is sent once more,
 * to the next worker: nobody has seen anything of it yet. Once only, for it may be what the worker died of.
 *
 * @throws as {@link ModelHost.call}, and what goes wrong while it runs.
 */
export async function* streamCall<Kind extends CallKind>(
  host: ModelHost,
  call: Extract<Call, { kind: Kind }>,
  caller: Caller,
): AsyncGenerator<EventOf<Kind>[], void> {
  const observe =
    host.observer &&
    observeEvents(host.observer, performance.now(), () => performance.now(), caller.observer);
  const count = countTokens(host.tokens);
  let hasBegun = false;
  const first = await host.call<Kind>(call, caller);
  try {
    for await (const events of first) {
      hasBegun = true;
      observe?.(events);
      count(events);
      yield events;
    }
    return;
  } catch (error) {
    if (hasBegun || !isWorkerLoss(error)) throw error;
  }
  await first.ended; // until then its slot is taken: a full queue would have no place for it
  for await (const events of await host.call<Kind>(call, caller)) {
    observe?.(events);
    count(events);
    yield events;
  }
}

function isWorkerLoss(error: unknown): boolean {
  return error instanceof ApiError && (error.code === 'worker_crashed' || error.code === 'worker_hung');
}
