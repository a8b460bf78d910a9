import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Readiness } from '../../../src/models/readiness.js';

function createReadiness(...wanted: string[]): Readiness {
  const readiness = new Readiness();
  readiness.want(new Map(wanted.map((alias) => [alias, 'idle'])));
  return readiness;
}

test('what should be loaded is missing until it is ready, and when it has crashed', () => {
  const readiness = createReadiness('a', 'b');
  assert.deepEqual(readiness.missing(), ['a', 'b']);
  readiness.changed('a', 'loading');
  readiness.changed('b', 'ready');
  assert.deepEqual(readiness.missing(), ['a']);
  readiness.changed('a', 'ready');
  assert.deepEqual(readiness.missing(), []);
  readiness.changed('b', 'backoff');
  assert.deepEqual(readiness.missing(), ['b']);
  readiness.changed('b', 'failed');
  assert.deepEqual(readiness.missing(), ['b']);
});

test('what somebody unloads is not missing, until it was loaded again', () => {
  const readiness = createReadiness('a');
  readiness.changed('a', 'ready');
  for (const state of ['draining', 'unloading', 'idle', 'loading', 'backoff', 'ready'] as const) {
    readiness.changed('a', state);
    assert.deepEqual(readiness.missing(), [], state);
  }
  readiness.changed('a', 'backoff');
  assert.deepEqual(readiness.missing(), ['a']);
});

test('other models do not matter', () => {
  const readiness = createReadiness();
  readiness.changed('c', 'failed');
  assert.deepEqual(readiness.missing(), []);
});

test('what is wanted may change: what is loaded already is not missing, and only what is new is told', () => {
  const readiness = createReadiness('a', 'b');
  assert.deepEqual(
    readiness.want(
      new Map([
        ['b', 'ready'],
        ['c', 'ready'],
        ['d', 'idle'],
      ]),
    ),
    ['c', 'd'],
  );
  assert.deepEqual(readiness.missing(), ['b', 'd']);
  assert.deepEqual(readiness.want(new Map()), []);
  assert.deepEqual(readiness.missing(), []);
});
