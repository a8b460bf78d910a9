import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMemoryBudget } from '../../../src/config/memory-budget.js';

test('a budget is a share of the memory, or a size', () => {
  assert.deepEqual(parseMemoryBudget('80%'), { share: 0.8 });
  assert.deepEqual(parseMemoryBudget('150%'), { share: 1.5 });
  assert.deepEqual(parseMemoryBudget('24GB'), { bytes: 24 * 1024 ** 3 });
  assert.deepEqual(parseMemoryBudget('1.5 GB'), { bytes: 1.5 * 1024 ** 3 });
  assert.deepEqual(parseMemoryBudget('512MB'), { bytes: 512 * 1024 ** 2 });
});

test('anything else is none', () => {
  for (const written of ['', '80', '24G', '24gb', '0%', '0GB', '-1GB', '1,5GB', 'all', '80 %!']) {
    assert.equal(parseMemoryBudget(written), undefined, written);
  }
});
