import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDuration } from '../../../src/protocol/duration.js';

test("durations are written in Go's way, or as seconds", () => {
  const cases: [written: string | number, ms: number][] = [
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['24h', 86_400_000],
    ['1.5s', 1_500],
    ['250ms', 250],
    ['1m250ms', 60_250],
    ['0s', 0],
    ['-1m', -60_000],
    [0, 0],
    [300, 300_000],
    [0.5, 500],
    [-1, -1_000],
    ['0', 0],
    ['300', 300_000],
    ['-1', -1_000],
  ];
  for (const [written, ms] of cases) assert.equal(parseDuration(written), ms, String(written));
});

test('anything else is none', () => {
  const none = ['', 'm', '5 m', '5min', '1h 30m', 'for ever', '1d', '--1', '5m!', '1e3', 'Infinity'];
  for (const written of none) {
    assert.equal(parseDuration(written), undefined, written);
  }
  assert.equal(parseDuration(Number.NaN), undefined);
  assert.equal(parseDuration(Number.POSITIVE_INFINITY), undefined);
});
