import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ModelEvent, type ModelState, transition } from '../../../src/models/model-state.js';

const EVENTS = [
  'load',
  'loaded',
  'load-failed',
  'refused',
  'died',
  'gave-up',
  'retry',
  'reset',
  'unload',
  'drained',
  'unloaded',
] as const;

/** State → where each event leads; what is missing is a bug of the caller. */
const TABLE: Record<ModelState, Partial<Record<ModelEvent, ModelState>>> = {
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

for (const [state, row] of Object.entries(TABLE) as [ModelState, (typeof TABLE)[ModelState]][]) {
  for (const event of EVENTS) {
    const next = row[event];
    if (next) {
      test(`${state}, ${event} → ${next}`, () => assert.equal(transition(state, event), next));
    } else {
      test(`${state} knows no ${event}`, () => {
        assert.throws(() => transition(state, event), new RegExp(`'${state}' knows no event '${event}'`));
      });
    }
  }
}
