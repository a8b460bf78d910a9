import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { test } from 'node:test';
import { processUsage } from '../../../src/pool/process-usage.js';
import { WITHOUT_PROC } from '../../support/process-tree.js';

/** How often a file is open in this process. */
function timesOpen(path: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false; // that of the listing itself
    }
  }).length;
}

test('tells what a process uses, and nothing of one that is gone', async () => {
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume(); console.log(1)']);
  await once(child.stdout, 'data');
  const usage = await processUsage(child.pid as number);
  assert.ok(usage && usage.cpuMs > 0 && usage.memoryBytes > 10_000_000, JSON.stringify(usage));
  child.kill();
  await once(child, 'close');
  assert.equal(await processUsage(child.pid as number), undefined);
});

test('many looks at many processes leave no more than one file of each open', {
  skip: WITHOUT_PROC,
}, async (t) => {
  const children = [1, 2].map(() => spawn(process.execPath, ['-e', 'process.stdin.resume()']));
  t.after(() => children.map((child) => child.kill()));
  for (let look = 0; look < 20; look += 1) {
    await Promise.all(children.map(({ pid }) => processUsage(pid as number)));
  }
  for (const { pid } of children) assert.ok(timesOpen(`/proc/${pid}/stat`) <= 1);
});
