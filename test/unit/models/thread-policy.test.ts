import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedThreads } from '../../../src/models/thread-policy.js';

const model = (replicas = 1, threads?: number) => ({ replicas, threads });

test('all workers together ask for no more cores than there are, and each for one at least', () => {
  const cases: [cores: number, models: ReturnType<typeof model>[], threads: number][] = [
    [8, [model()], 8],
    [8, [model(), model()], 4],
    [8, [model(), model(), model()], 2],
    [8, [model(3), model()], 2],
    [2, [model(), model()], 1],
    [2, [model(5)], 1],
    [1, [model()], 1],
    [4, [], 4],
  ];
  for (const [cores, models, threads] of cases) {
    assert.equal(sharedThreads(cores, models), threads, `${cores} cores, ${JSON.stringify(models)}`);
  }
});

test('what the config gives to some is not shared by the others', () => {
  assert.equal(sharedThreads(16, [model(1, 8), model(), model()]), 4);
  assert.equal(sharedThreads(16, [model(2, 4), model(2)]), 4);
  assert.equal(sharedThreads(4, [model(1, 8), model()]), 1);
});

test('only so many models count as may be loaded at once: those that ask for the most', () => {
  assert.equal(sharedThreads(8, [model(), model(), model(), model()], 1), 8);
  assert.equal(sharedThreads(8, [model(), model(), model(), model()], 2), 4);
  assert.equal(sharedThreads(8, [model(4), model(2), model()], 2), 1);
  assert.equal(sharedThreads(12, [model(4), model(2), model()], 2), 2);
  assert.equal(sharedThreads(8, [model(1, 6), model(), model()], 2), 2);
  assert.equal(sharedThreads(8, [model(1, 6), model(1, 2), model(3)], 2), 1);
  assert.equal(sharedThreads(8, [model(1, 6), model()], 1), 8);
});
