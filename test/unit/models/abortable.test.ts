import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { abortable } from '../../../src/models/abortable.js';
import { deferred } from '../../support/deferred.js';
import { turns } from '../../support/turns.js';

test('gives what the promise gives', async () => {
  const { signal } = new AbortController();
  assert.equal(await abortable(Promise.resolve(5), signal), 5);
  const failure = new Error('failed');
  await assert.rejects(abortable(Promise.reject(failure), signal), failure);
  assert.equal(getEventListeners(signal, 'abort').length, 0);
});

test('ends with the reason of the signal, and the promise goes on', async () => {
  const abort = new AbortController();
  const work = deferred<number>();
  const waiting = abortable(work.promise, abort.signal);
  const reason = new Error('enough');
  abort.abort(reason);
  await assert.rejects(waiting, reason);
  assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
  work.resolve(5);
  assert.equal(await work.promise, 5);
});

test('does not wait at all if the signal was aborted before', async () => {
  const reason = new Error('too late');
  await assert.rejects(abortable(new Promise(() => {}), AbortSignal.abort(reason)), reason);
  await assert.rejects(abortable(Promise.resolve(5), AbortSignal.abort(reason)), reason);
});

test('a promise that fails after everyone left is not an unhandled rejection', async (t) => {
  const unhandled = t.mock.fn();
  process.on('unhandledRejection', unhandled);
  t.after(() => process.off('unhandledRejection', unhandled));
  const reason = new Error('too late');

  const abort = new AbortController();
  let fail = (_: Error): void => {};
  const waiting = abortable(
    new Promise((_, reject) => {
      fail = reject;
    }),
    abort.signal,
  );
  abort.abort(reason);
  await assert.rejects(waiting, reason);
  fail(new Error('failed'));
  await assert.rejects(abortable(Promise.reject(new Error('failed')), abort.signal), reason);

  await turns();
  assert.equal(unhandled.mock.callCount(), 0);
});
