import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { countCores, readCpuCores } from '../../../src/gateway/cpu-cores.js';

test('cores are counted, not the threads that share one', () => {
  assert.equal(countCores(16, '0,8\n', 'max 100000\n'), 8);
  assert.equal(countCores(16, '0-1\n', 'max 100000\n'), 8);
  assert.equal(countCores(16, '0\n', 'max 100000\n'), 16);
  assert.equal(countCores(1, '0,8\n', ''), 1);
});

test("a container's limit is one of cores", () => {
  assert.equal(countCores(16, '0\n', '250000 100000\n'), 3);
  assert.equal(countCores(16, '0,8\n', '50000 100000\n'), 1);
  assert.equal(countCores(2, '0\n', '800000 100000\n'), 2);
});

test('a system that says nothing has as many as it has', async () => {
  assert.equal(countCores(8, '', ''), 8);
  const cores = await readCpuCores();
  assert.ok(cores >= 1 && cores <= availableParallelism());
});
