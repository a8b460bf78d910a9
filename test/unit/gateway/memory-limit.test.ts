import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMemoryLimit, toLimitFiles, toMemoryLimit } from '../../../src/gateway/memory-limit.js';

const GB = 1024 ** 3;

test("version 2: the limits are those of the process's group and of all above it", () => {
  assert.deepEqual(toLimitFiles('0::/system.slice/qvac.service\n'), [
    '/sys/fs/cgroup/system.slice/qvac.service/memory.max',
    '/sys/fs/cgroup/system.slice/qvac.service/memory.high',
    '/sys/fs/cgroup/system.slice/memory.max',
    '/sys/fs/cgroup/system.slice/memory.high',
    '/sys/fs/cgroup/memory.max',
    '/sys/fs/cgroup/memory.high',
  ]);
});

test('version 1: only the hierarchy of the memory controller counts', () => {
  const own = '12:cpu,cpuacct:/docker/1f\n9:name=systemd:/docker/1f\n4:hugetlb,memory:/docker/1f\n';
  assert.deepEqual(toLimitFiles(own), [
    '/sys/fs/cgroup/memory/docker/1f/memory.limit_in_bytes',
    '/sys/fs/cgroup/memory/docker/memory.limit_in_bytes',
    '/sys/fs/cgroup/memory/memory.limit_in_bytes',
  ]);
});

test('where there are no groups there are no files', () => {
  assert.deepEqual(toLimitFiles(''), []);
  assert.deepEqual(toLimitFiles('nonsense'), []);
});

test('the smallest limit counts, if it is less than the machine has', () => {
  assert.equal(toMemoryLimit(16 * GB, []), 16 * GB);
  assert.equal(toMemoryLimit(16 * GB, ['max\n', '']), 16 * GB);
  assert.equal(toMemoryLimit(16 * GB, ['9223372036854771712\n']), 16 * GB);
  assert.equal(toMemoryLimit(16 * GB, ['max\n', `${4 * GB}\n`, `${8 * GB}\n`]), 4 * GB);
});

test('of this process there is one', async () => {
  const bytes = await readMemoryLimit();
  assert.ok(bytes > 64 * 1024 ** 2 && Number.isSafeInteger(bytes), String(bytes));
});
