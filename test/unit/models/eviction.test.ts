import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Occupant, planRoom } from '../../../src/models/eviction.js';

/** A model of 3 that is idle since `lastUsedAt`. */
function occupant(alias: string, lastUsedAt: number, rest: Partial<Occupant> = {}): Occupant {
  return { alias, bytes: 3, isPinned: false, isIdle: true, isLeaving: false, lastUsedAt, ...rest };
}

const room = { budgetBytes: 10, maxLoaded: Number.POSITIVE_INFINITY };
const isBusy = { isIdle: false };
const isPinned = { isPinned: true };
const isLeaving = { isIdle: false, isLeaving: true };
const a = occupant('a', 1);
const b = occupant('b', 2);
const c = occupant('c', 3);

describe('a model that wants to be loaded', () => {
  test('is loaded when it fits, to the last byte', () => {
    assert.deepEqual(planRoom(10, [], room), { step: 'load' });
    assert.deepEqual(planRoom(4, [a, b], room), { step: 'load' });
  });

  test('takes the place of idle ones, of those first that were not used for longest, and of no more than needed', () => {
    assert.deepEqual(planRoom(3, [c, a, b], room), { step: 'evict', victims: ['a'] });
    assert.deepEqual(planRoom(7, [c, a, b], room), { step: 'evict', victims: ['a', 'b'] });
    assert.deepEqual(planRoom(10, [c, a, b], room), { step: 'evict', victims: ['a', 'b', 'c'] });
  });

  test('never takes the place of one that is busy or pinned', () => {
    const first = { ...a, ...isBusy };
    const second = { ...b, ...isPinned };
    assert.deepEqual(planRoom(3, [first, second, c], room), { step: 'evict', victims: ['c'] });
    assert.deepEqual(planRoom(4, [first, second, { ...c, ...isBusy }], room), { step: 'wait' });
  });

  test('waits, and nothing is unloaded, when that would not be enough', () => {
    assert.deepEqual(planRoom(7, [a, { ...b, ...isBusy }, { ...c, ...isBusy }], room), { step: 'wait' });
  });

  test('waits for those that are about to go rather than have others unloaded', () => {
    assert.deepEqual(planRoom(3, [a, { ...b, ...isLeaving }, c], room), { step: 'wait' });
    assert.deepEqual(planRoom(6, [a, { ...b, ...isLeaving }, c], room), { step: 'evict', victims: ['a'] });
  });

  test('is refused when it is too large, alone or beside those that are pinned', () => {
    assert.deepEqual(planRoom(11, [], room), { step: 'refuse' });
    assert.deepEqual(planRoom(8, [{ ...a, ...isPinned }, b], room), { step: 'refuse' });
    assert.deepEqual(planRoom(7, [{ ...a, ...isPinned }, b], room), { step: 'evict', victims: ['b'] });
    assert.deepEqual(planRoom(8, [{ ...a, ...isPinned, ...isLeaving }], room), { step: 'wait' });
  });

  test('counts as one of those that may be loaded at once', () => {
    const one = { budgetBytes: 100, maxLoaded: 1 };
    assert.deepEqual(planRoom(1, [], one), { step: 'load' });
    assert.deepEqual(planRoom(1, [a], one), { step: 'evict', victims: ['a'] });
    assert.deepEqual(planRoom(1, [{ ...a, ...isBusy }], one), { step: 'wait' });
    assert.deepEqual(planRoom(1, [{ ...a, ...isPinned }], one), { step: 'refuse' });
    const two = { budgetBytes: 100, maxLoaded: 2 };
    assert.deepEqual(planRoom(1, [{ ...a, ...isPinned }, b], two), { step: 'evict', victims: ['b'] });
  });
});
