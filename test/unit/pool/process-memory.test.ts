import assert from 'node:assert/strict';
import { test } from 'node:test';
import { processMemory } from '../../../src/pool/process-memory.js';

test('a process takes memory, and no more than is resident', async () => {
  const bytes = await processMemory(process.pid);
  const { rss } = process.memoryUsage();
  assert.ok(bytes > 8 * 1024 ** 2 && bytes < rss + 8 * 1024 ** 2, `${bytes} of ${rss}`);
});

test('one that is gone takes none', async () => {
  assert.equal(await processMemory(2 ** 30), 0);
});
