import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  COOL_DOWN_MS,
  PEER_COOL_DOWN_MS,
  planRestart,
  wasStable,
} from '../../../src/models/restart-policy.js';

const delays = (random: number): number[] => [1, 2, 3, 4].map((n) => planRestart(n, 9, () => random).delayMs);

test('delays double, and vary between their half and their whole', () => {
  assert.deepEqual(delays(1), [250, 500, 1_000, 2_000]);
  assert.deepEqual(delays(0), [125, 250, 500, 1_000]);
});

test('five failures in a row are a quarantine, and so is every further one', () => {
  for (const failures of [5, 6, 60]) {
    assert.deepEqual(
      planRestart(failures, COOL_DOWN_MS, () => 0),
      { isQuarantined: true, delayMs: 300_000 },
    );
    assert.equal(planRestart(failures, PEER_COOL_DOWN_MS, () => 0).delayMs, 30_000);
  }
  assert.ok(!planRestart(4, COOL_DOWN_MS, () => 0).isQuarantined);
});

test('a minute of service makes up for earlier failures', () => {
  assert.ok(wasStable(60_000));
  assert.ok(!wasStable(59_999));
});
