import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeepAlive } from '../../../src/models/keep-alive.js';

const DAY_MS = 86_400_000;

/** A count, and how often it ended. */
function count(durationMs: number) {
  const ended: number[] = [];
  const keepAlive = new KeepAlive(durationMs, () => ended.push(Date.now()));
  return { keepAlive, ended };
}

test('time runs while the model is idle, and begins anew each time', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.mock.method(performance, 'now', () => Date.now());
  const { keepAlive, ended } = count(1_000);
  const expiresAt = (): Date | undefined => keepAlive.expiresAt;
  t.mock.timers.tick(5_000);
  assert.equal(expiresAt(), undefined);
  keepAlive.restart(true);
  assert.equal(expiresAt()?.getTime(), Date.now() + 1_000);
  t.mock.timers.tick(999);
  keepAlive.restart(false);
  assert.equal(expiresAt(), undefined);
  t.mock.timers.tick(5_000);
  keepAlive.restart(true);
  t.mock.timers.tick(999);
  assert.deepEqual(ended, []);
  t.mock.timers.tick(1);
  assert.equal(ended.length, 1);
  assert.equal(expiresAt(), undefined);
});

test('below zero it never ends', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { keepAlive, ended } = count(-1_000);
  keepAlive.restart(true);
  assert.equal(keepAlive.expiresAt, undefined);
  t.mock.timers.tick(1_000 * DAY_MS);
  assert.deepEqual(ended, []);
});

test('a change counts from the next start', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const { keepAlive, ended } = count(1_000);
  keepAlive.restart(true);
  keepAlive.durationMs = 0;
  t.mock.timers.tick(999);
  assert.deepEqual(ended, []);
  keepAlive.restart(true);
  t.mock.timers.tick(1);
  assert.equal(ended.length, 1);
});

test('what is longer than a timer can count is counted to its end', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  t.mock.method(performance, 'now', () => Date.now());
  const { keepAlive, ended } = count(60 * DAY_MS);
  keepAlive.restart(true);
  for (let day = 0; day < 59; day += 1) t.mock.timers.tick(DAY_MS);
  assert.deepEqual(ended, []);
  for (let day = 0; day < 2; day += 1) t.mock.timers.tick(DAY_MS);
  assert.equal(ended.length, 1);
});
