/**
 * The life of a model, as a pure function. Only `ModelHost` applies it.
 *
 *              load                 loaded               unload
 *      idle ──────────▶ loading ──────────────▶ ready ──────────▶ draining
 *       ▲                │    │                   │                │    │
 *       │   load-failed  │    │ unload            │ died      died │    │ drained
 *       ├────────────────┘    └──────┐            │                │    ▼
 *       ├────────────────────────────┼────────────┴────────────────┘  unloading
 *       │                            └────────────────────────────▶     │
 *       └───────────────────────────────────────────────────────────────┘
 *                                     unloaded
 */
export type ModelState = 'idle' | 'loading' | 'ready' | 'draining' | 'unloading';

export type ModelEvent = 'load' | 'loaded' | 'load-failed' | 'unload' | 'drained' | 'unloaded' | 'died';

const TRANSITIONS: Readonly<Record<ModelState, Partial<Record<ModelEvent, ModelState>>>> = {
  idle: { load: 'loading' },
  loading: { loaded: 'ready', 'load-failed': 'idle', unload: 'unloading' },
  ready: { unload: 'draining', died: 'idle' },
  draining: { drained: 'unloading', died: 'idle' },
  unloading: { unloaded: 'idle' },
};

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
