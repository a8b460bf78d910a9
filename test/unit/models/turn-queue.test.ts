import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TurnQueue } from '../../../src/models/turn-queue.js';

test('what is told of the order is the order', () => {
  const queue = new TurnQueue<string>();
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) queue.push(item.slice(0, 1), item);
  queue.shift();
  const told = queue.inTurn();
  assert.equal(queue.size, 5);
  assert.deepEqual(told, ['b1', 'c1', 'a2', 'c2', 'a3']);
  assert.deepEqual(
    told.map(() => queue.shift()),
    told,
  );
  assert.deepEqual(queue.inTurn(), []);
});
