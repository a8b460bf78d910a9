import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TokenMeter } from '../../../src/engine/token-meter.js';

test("each call has its own part of the engine's running count", () => {
  const meter = new TokenMeter();
  assert.deepEqual([meter.count(4, 1), meter.count(10, 2), meter.count(13, 1)], [4, 6, 3]);
});

test('a single token, which llama.cpp leaves out, is counted', () => {
  const meter = new TokenMeter();
  // The 1 is llama.cpp's for none: it must not be taken off the next.
  assert.deepEqual([meter.count(1, 1), meter.count(4, 1), meter.count(4, 1)], [1, 4, 1]);
});

test('what a failed call did is not charged to the next', () => {
  const meter = new TokenMeter();
  meter.count(4, 1);
  meter.forget();
  assert.equal(meter.isKnown, false);
  meter.reset(100);
  assert.equal(meter.isKnown, true);
  assert.equal(meter.count(103, 1), 3);
});
