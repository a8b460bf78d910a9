import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { Admission } from '../../../src/models/admission.js';
import { turns } from '../../support/turns.js';

const { signal } = new AbortController();

/** Starts calls that note when they are admitted. */
function startCalls(admission: Admission, names: readonly string[]) {
  const admitted: string[] = [];
  const calls = names.map(async (name) => {
    const release = await admission.acquire(signal);
    admitted.push(name);
    return release;
  });
  return { admitted, calls };
}

test('admits as many as there are slots, the rest in their order', async () => {
  const admission = new Admission(2, 10);
  const { admitted, calls } = startCalls(admission, ['a', 'b', 'c', 'd', 'e']);
  await turns();
  assert.deepEqual(admitted, ['a', 'b']);
  assert.equal(admission.isFull, true);
  assert.equal(admission.waiting, 3);

  (await calls[1])?.();
  await turns();
  assert.deepEqual(admitted, ['a', 'b', 'c']);
  (await calls[0])?.();
  (await calls[2])?.();
  await turns();
  assert.deepEqual(admitted, ['a', 'b', 'c', 'd', 'e']);
  assert.equal(admission.waiting, 0);

  assert.equal(admission.isFull, true);
  (await calls[3])?.();
  assert.equal(admission.isFull, false);
});

test('refuses a call when the queue is full, and only then', async () => {
  const admission = new Admission(1, 2);
  const { calls } = startCalls(admission, ['runs', 'waits', 'waits too']);
  await assert.rejects(admission.acquire(signal), {
    name: 'ApiError',
    code: 'queue_full',
    message: /^2 calls/,
  });
  (await calls[0])?.();
  const { admitted } = startCalls(admission, ['later']);
  (await calls[1])?.();
  (await calls[2])?.();
  await turns();
  assert.deepEqual(admitted, ['later']);
});

test('no queue at all refuses what can not run at once', async () => {
  const admission = new Admission(1, 0);
  const release = await admission.acquire(signal);
  await assert.rejects(admission.acquire(signal), { code: 'queue_full' });
  release();
  await admission.acquire(signal);
});

test('a call that leaves the queue is forgotten', async () => {
  const admission = new Admission(1, 2);
  const release = await admission.acquire(signal);
  const abort = new AbortController();
  const leaving = admission.acquire(abort.signal);
  const { admitted } = startCalls(admission, ['next']);
  const reason = new Error('the client hung up');
  abort.abort(reason);
  await assert.rejects(leaving, reason);
  assert.equal(admission.waiting, 1);
  release();
  await turns();
  assert.deepEqual(admitted, ['next']);
});

test('a call that was aborted before it came takes no slot', async () => {
  const admission = new Admission(1, 0);
  const reason = new Error('the client hung up');
  await assert.rejects(admission.acquire(AbortSignal.abort(reason)), reason);
  assert.equal(admission.isFull, false);
});

test('a call that is aborted in the turn in which it is admitted does not keep the slot', async () => {
  for (const order of [
    ['release', 'abort'],
    ['abort', 'release'],
  ] as const) {
    const admission = new Admission(1, 1);
    const release = await admission.acquire(signal);
    const abort = new AbortController();
    const waiting = admission.acquire(abort.signal);
    for (const step of order) {
      if (step === 'release') release();
      else abort.abort();
    }
    // Whichever came first: either it got the slot and gives it back, or it got none.
    const got = await waiting.catch(() => undefined);
    got?.();
    assert.equal(admission.isFull, false, order.join(' before '));
    assert.equal(admission.waiting, 0);
  }
});

test('a slot that is given back twice is given back once', async () => {
  const admission = new Admission(1, 10);
  const release = await admission.acquire(signal);
  const { admitted } = startCalls(admission, ['a', 'b']);
  release();
  release();
  await turns();
  assert.deepEqual(admitted, ['a']);
  assert.equal(admission.isFull, true);
});

test('a call that waited leaves no listener behind', async () => {
  const admission = new Admission(1, 10);
  const release = await admission.acquire(signal);
  const mine = new AbortController();
  const waiting = admission.acquire(mine.signal);
  release();
  await waiting;
  assert.equal(getEventListeners(mine.signal, 'abort').length, 0);
});
