import assert from 'node:assert/strict';
import { test } from 'node:test';
import { threadsPerModel } from '../../../src/models/thread-policy.js';

test('all models together ask for no more cores than there are, and each for one at least', () => {
  const cases: [cores: number, models: number, threads: number][] = [
    [8, 1, 8],
    [8, 2, 4],
    [8, 3, 2],
    [2, 2, 1],
    [2, 5, 1],
    [1, 1, 1],
    [4, 0, 4],
  ];
  for (const [cores, models, threads] of cases) {
    assert.equal(threadsPerModel(cores, models), threads, `${cores} cores, ${models} models`);
  }
});
