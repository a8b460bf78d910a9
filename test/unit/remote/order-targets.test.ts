import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderTargets } from '../../../src/remote/order-targets.js';

const target = (name: string, running: number, slots: number, isUp = true) => ({
  name,
  running,
  slots,
  isUp,
});
const names = (targets: readonly { name: string }[]) => targets.map(({ name }) => name).join(' ');

test('by priority, the first that has a free slot, however busy it is', () => {
  const targets = [target('full', 2, 2), target('busy', 9, 10), target('free', 0, 10)];
  assert.equal(names(orderTargets(targets, 'priority')), 'busy free full');
});

test('by how busy they are, the smallest share of slots, and the first of equals', () => {
  const targets = [
    target('half', 1, 2),
    target('tenth', 6, 64),
    target('other', 6, 64),
    target('full', 1, 1),
  ];
  assert.equal(names(orderTargets(targets, 'least-busy')), 'tenth other half full');
});

test('of those that are full, the one that is least so', () => {
  assert.equal(names(orderTargets([target('a', 6, 2), target('b', 4, 2)], 'priority')), 'b a');
});

test('one that is down gets nothing', () => {
  assert.equal(names(orderTargets([target('down', 0, 1, false), target('up', 1, 1)], 'priority')), 'up');
});
