/**
 * The life of a model, as a pure function. Only `ModelHost` applies it.
 *
 *              load                 loaded               unload
 *      idle ──────────▶ loading ──────────────▶ ready ──────────▶ draining
 *      ▲ ▲            ▲  │  │  │                  │                 │   │
 *      │ │      retry │  │  │  │ unload           │ died       died │   │ drained
 *      │ │            │  │  │  └───────────────┐  │          (idle) ▼   ▼
 *      │ │ reset      │  │  │ load-failed      └──┼──────────────▶ unloading
 *      │ └───────── backoff ◀────────────────────┘                     │
 *      │ reset        │  │                                             │
 *      └─────────── failed ◀── gave-up (from loading or ready)         │
 *      └───────────────────────────────────────────────────────────────┘
 *                                     unloaded
 *
 * `backoff`: it failed, and is tried again at a known time. `failed`: it failed again and again (quarantine); it is
 * tried once more after a cool-down. Not drawn: `refused` leads from loading to idle, for want of memory.
 */
export type ModelState = 'idle' | 'loading' | 'ready' | 'draining' | 'unloading' | 'backoff' | 'failed';

export type ModelEvent =
  | 'load'
  | 'loaded'
  | 'load-failed'
  | 'refused'
  | 'died'
  | 'gave-up'
  | 'retry'
  | 'reset'
  | 'unload'
  | 'drained'
  | 'unloaded';

const TRANSITIONS: Readonly<Record<ModelState, Partial<Record<ModelEvent, ModelState>>>> = {
  idle: { load: 'loading' },
  loading: {
    loaded: 'ready',
    'load-failed': 'backoff',
    refused: 'idle',
    'gave-up': 'failed',
    unload: 'unloading',
  },
  ready: { unload: 'draining', died: 'backoff', 'gave-up': 'failed' },
  draining: { drained: 'unloading', died: 'idle' },
  unloading: { unloaded: 'idle' },
  backoff: { retry: 'loading', reset: 'idle' },
  failed: { retry: 'loading', reset: 'idle' },
};

/** All states. */
export const MODEL_STATES = Object.keys(TRANSITIONS) as ModelState[];

/**
 * The state after an event.
 *
 * @throws {Error} if the event can't happen in that state: a bug of the caller.
 */
export function transition(state: ModelState, event: ModelEvent): ModelState {
  const next = TRANSITIONS[state][event];
  if (!next) throw new Error(`model state '${state}' knows no event '${event}'`);
  return next;
}
