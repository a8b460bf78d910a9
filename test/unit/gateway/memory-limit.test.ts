import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** A control group with a limit, and one within it that has none; `undefined` where this process may not make any. */
function makeGroup(limit: number): { outer: string; inner: string } | undefined {
  const isV1 = existsSync('/sys/fs/cgroup/memory');
  const outer = join(isV1 ? '/sys/fs/cgroup/memory' : '/sys/fs/cgroup', `qvac-test-${process.pid}`);
  try {
    mkdirSync(outer);
  } catch {
    return undefined;
  }
  try {
    writeFileSync(join(outer, isV1 ? 'memory.limit_in_bytes' : 'memory.max'), String(limit));
    const inner = join(outer, 'inner');
    mkdirSync(inner);
    return { outer, inner };
  } catch {
    rmdirSync(outer);
    return undefined;
  }
}

test('a limit of the system counts, also that of a group above', (t) => {
  const group = makeGroup(2 * GB);
  if (!group) return t.skip('this process may not make control groups');
  const module = new URL('../../../src/gateway/memory-limit.js', import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then(async (m) => console.log(await m.readMemoryLimit()))`;
  try {
    const shell = 'echo $$ > "$1/cgroup.procs"; exec "$2" -e "$3"';
    const run = (folder: string) =>
      Number(execFileSync('sh', ['-c', shell, 'sh', folder, process.execPath, script], { encoding: 'utf8' }));
    // A group of version 2 that hands its memory on can't have processes of its own.
    if (existsSync('/sys/fs/cgroup/memory')) assert.equal(run(group.outer), 2 * GB);
    assert.equal(run(group.inner), 2 * GB);
  } finally {
    rmdirSync(group.inner);
    rmdirSync(group.outer);
  }
});
