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
    const release = await admission.acquire('me', signal);
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
  await assert.rejects(admission.acquire('me', signal), {
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
  const release = await admission.acquire('me', signal);
  await assert.rejects(admission.acquire('me', signal), { code: 'queue_full', message: /lets no call wait/ });
  release();
  await admission.acquire('me', signal);
});

test('a call that leaves the queue is forgotten', async () => {
  const admission = new Admission(1, 2);
  const release = await admission.acquire('me', signal);
  const abort = new AbortController();
  const leaving = admission.acquire('me', abort.signal);
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
  await assert.rejects(admission.acquire('me', AbortSignal.abort(reason)), reason);
  assert.equal(admission.isFull, false);
});

test('a call that is aborted in the turn in which it is admitted does not keep the slot', async () => {
  for (const order of [
    ['release', 'abort'],
    ['abort', 'release'],
  ] as const) {
    const admission = new Admission(1, 1);
    const release = await admission.acquire('me', signal);
    const abort = new AbortController();
    const waiting = admission.acquire('me', abort.signal);
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
  const release = await admission.acquire('me', signal);
  const { admitted } = startCalls(admission, ['a', 'b']);
  release();
  release();
  await turns();
  assert.deepEqual(admitted, ['a']);
  assert.equal(admission.isFull, true);
});

test('a call that waited leaves no listener behind', async () => {
  const admission = new Admission(1, 10);
  const release = await admission.acquire('me', signal);
  const mine = new AbortController();
  const waiting = admission.acquire('me', mine.signal);
  release();
  await waiting;
  assert.equal(getEventListeners(mine.signal, 'abort').length, 0);
});

test('clients take turns', async () => {
  const admission = new Admission(1, 64);
  const release = await admission.acquire('a', signal);
  const order: string[] = [];
  const wait = async (client: string, name: string): Promise<void> => {
    const done = await admission.acquire(client, signal);
    order.push(name);
    done();
  };
  const all = [wait('a', 'a1'), wait('a', 'a2'), wait('a', 'a3'), wait('b', 'b1'), wait('b', 'b2')];
  release();
  await Promise.all(all);
  assert.deepEqual(order, ['a1', 'b1', 'a2', 'b2', 'a3']);
});

test('a queue that one client fills makes room for another', async () => {
  const admission = new Admission(1, 3);
  const release = await admission.acquire('greedy', signal);
  const greedy = [1, 2, 3].map(() => admission.acquire('greedy', signal));
  const other = admission.acquire('modest', signal);
  await assert.rejects(Promise.all(greedy), { code: 'queue_full' });
  assert.equal(admission.waiting, 3);
  release();
  (await greedy[0])?.();
  (await other)();
  (await greedy[1])?.();
  await assert.rejects(greedy[2] as Promise<unknown>, { code: 'queue_full' });
});

test('when all have as many in a full queue, it is the newest call that is refused', async () => {
  for (const newcomer of ['a', 'b', 'c']) {
    const admission = new Admission(1, 2);
    const release = await admission.acquire('first', signal);
    const waiting = ['a', 'b'].map((client) => admission.acquire(client, signal));
    await assert.rejects(admission.acquire(newcomer, signal), { code: 'queue_full' });
    release();
    for (const one of waiting) (await one)();
  }
});

test('also when its client has the next turn', async () => {
  const admission = new Admission(1, 3);
  const release = await admission.acquire('first', signal);
  const waiting = ['a', 'b', 'a'].map((client) => admission.acquire(client, signal));
  release();
  const running = await waiting.shift(); // the next turn is b's
  waiting.push(admission.acquire('a', signal));
  await assert.rejects(admission.acquire('b', signal), { code: 'queue_full' });
  running?.();
  await Promise.all(waiting.map(async (one) => (await one)()));
});

test('says when to come back by how long calls took', async (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const admission = new Admission(2, 4);
  const first = await admission.acquire('me', signal);
  now = 10_000;
  first();
  const held = [await admission.acquire('me', signal), await admission.acquire('me', signal)];
  const waiting = [1, 2, 3, 4].map(() => admission.acquire('me', signal));
  await assert.rejects(admission.acquire('me', signal), { code: 'queue_full', retryAfterSeconds: 20 });
  for (const release of held) release();
  for (const one of waiting) (await one)();
});

test('without a queue it says how long the calls take that run', async (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  const admission = new Admission(2, 0);
  const first = await admission.acquire('me', signal);
  now = 10_000;
  first();
  const held = [await admission.acquire('me', signal), await admission.acquire('me', signal)];
  await assert.rejects(admission.acquire('me', signal), { code: 'queue_full', retryAfterSeconds: 5 });
  for (const release of held) release();
});

test('those who wait can be told that it is of no use, and others come after them', async () => {
  const admission = new Admission(1, 64);
  const release = await admission.acquire('me', signal);
  const waiting = admission.acquire('me', signal);
  const reason = new Error('it can not be loaded');
  admission.refuseWaiting(reason);
  await assert.rejects(waiting, reason);
  const next = admission.acquire('me', signal);
  release();
  (await next)();
  assert.ok(!admission.isFull);
});

test('more slots let in those who wait, fewer take effect as calls end', async () => {
  const { signal } = new AbortController();
  const admission = new Admission(1, 8);
  const order: number[] = [];
  const first = await admission.acquire('me', signal);
  const [second, third, fourth] = [2, 3, 4].map(async (number) => {
    const release = await admission.acquire('me', signal);
    order.push(number);
    return release;
  });
  admission.resize(3, 8);
  const releases = [await second, await third];
  assert.deepEqual(order, [2, 3]);
  admission.resize(1, 8);
  first();
  releases[0]?.();
  await new Promise(setImmediate);
  assert.deepEqual(order, [2, 3]);
  releases[1]?.();
  (await fourth)?.();
  assert.deepEqual(order, [2, 3, 4]);
  assert.ok(!admission.isFull);
});
