import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideRestart } from '../../../src/supervisor/restart-policy.js';

const middle = () => 0.5;

test('the first restart is at once, the next ones wait twice as long each time, the fifth death is the last', () => {
  const delays: (number | undefined)[] = [];
  let deaths = 0;
  do {
    const decision = decideRestart(deaths, 0, middle);
    delays.push(decision.delayMs);
    deaths = decision.deaths;
  } while (delays.at(-1) !== undefined);
  assert.deepEqual(delays, [0, 250, 500, 1_000, undefined]);
  assert.equal(deaths, 5);
});

test('a delay varies by half', () => {
  assert.equal(decideRestart(3, 0, () => 0).delayMs, 500);
  assert.equal(decideRestart(3, 0, () => 0.999).delayMs, 1_499);
});

test('a minute of service starts the count anew, less does not', () => {
  assert.deepEqual(decideRestart(4, 60_000, middle), { deaths: 1, delayMs: 0 });
  assert.deepEqual(decideRestart(4, 59_999, middle), { deaths: 5, delayMs: undefined });
});
