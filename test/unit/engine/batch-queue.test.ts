import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchQueue } from '../../../src/engine/batch-queue.js';
import { type Deferred, deferred } from '../../support/deferred.js';
import { turns } from '../../support/turns.js';

interface Call {
  readonly name: string;
  readonly goesAlone: boolean;
}

const call = (name: string): Call => ({ name, goesAlone: false });
const alone = (name: string): Call => ({ name, goesAlone: true });

/** A queue whose batches run until they are told to end. */
function createQueue(places: number) {
  const batches: string[] = [];
  const running: Deferred<void>[] = [];
  let begin: (() => void) | undefined;
  const queue = new BatchQueue<Call>({
    places,
    gather(callback) {
      begin = callback;
      return () => {
        begin = undefined;
      };
    },
    run(calls) {
      batches.push(calls.map(({ name }) => name).join(''));
      const end = deferred<void>();
      running.push(end);
      return end.promise;
    },
  });
  const endBatch = async (): Promise<void> => {
    running.at(-1)?.resolve();
    await turns();
    begin?.();
  };
  return { queue, batches, endBatch, waitedLongEnough: () => begin?.() };
}

test('the first call waits a moment for others', () => {
  const { queue, batches, waitedLongEnough } = createQueue(4);
  queue.add(call('a'));
  queue.add(call('b'));
  assert.deepEqual(batches, []);
  waitedLongEnough();
  assert.deepEqual(batches, ['ab']);
});

test('a full batch begins at once', () => {
  const { queue, batches } = createQueue(2);
  queue.add(call('a'));
  queue.add(call('b'));
  assert.deepEqual(batches, ['ab']);
});

test('those who come while a batch runs go together when it has ended, as many as there are places', async () => {
  const { queue, batches, endBatch, waitedLongEnough } = createQueue(2);
  for (const name of ['a', 'b', 'c', 'd', 'e']) queue.add(call(name));
  waitedLongEnough();
  assert.deepEqual(batches, ['ab']);
  await endBatch();
  assert.deepEqual(batches, ['ab', 'cd']);
  await endBatch();
  assert.deepEqual(batches, ['ab', 'cd', 'e']);
});

test('one that goes alone has its turn, and others may pass it once', async () => {
  const { queue, batches, endBatch, waitedLongEnough } = createQueue(3);
  queue.add(call('a'));
  waitedLongEnough();
  for (const waiting of [call('b'), alone('X'), call('c'), call('d'), call('e')]) queue.add(waiting);
  await endBatch();
  await endBatch();
  await endBatch();
  assert.deepEqual(batches, ['a', 'bcd', 'X', 'e']);
});

test('a call that is withdrawn does not run, and one that runs can not be', async () => {
  const { queue, batches, endBatch, waitedLongEnough } = createQueue(2);
  const first = call('a');
  const second = call('b');
  queue.add(first);
  waitedLongEnough();
  assert.equal(queue.withdraw(first), false);
  queue.add(second);
  assert.equal(queue.withdraw(second), true);
  await endBatch();
  assert.deepEqual(batches, ['a']);
});

test('a queue that is empty again takes the next', () => {
  const { queue, batches, waitedLongEnough } = createQueue(2);
  const gone = call('a');
  queue.add(gone);
  queue.withdraw(gone);
  waitedLongEnough();
  queue.add(call('b'));
  waitedLongEnough();
  assert.deepEqual(batches, ['b']);
});
