import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRunFolder } from '../../../src/gateway/run-folder.js';
import { OWNER_FILE, thisOwner } from '../../../src/gateway/run-folder-owner.js';
import { sweepRunFolders } from '../../../src/gateway/sweep-run-folders.js';
import { tempFolder } from '../../support/temp-folder.js';

const temp = tempFolder();
process.env.TMPDIR = temp;
process.env.TEMP = temp; // Windows

function write(name: string, owner?: object): void {
  mkdirSync(join(temp, name));
  writeFileSync(join(temp, name, 'left.sock'), '');
  if (owner) writeFileSync(join(temp, name, OWNER_FILE), JSON.stringify(owner));
}

test('only folders whose owner is certainly gone are removed', async () => {
  const { pid: gone } = spawnSync(process.execPath, ['-e', '']);
  const { place } = thisOwner();
  const own = await createRunFolder('temporary');
  write('qvac-gone', { place, pid: gone });
  write('qvac-alive', { place, pid: process.ppid });
  write('qvac-elsewhere', { place: `${place} elsewhere`, pid: gone });
  write('qvac-unowned');
  write('other-gone', { place, pid: gone });

  await sweepRunFolders();

  const kept = ['other-gone', 'qvac-alive', 'qvac-elsewhere', 'qvac-unowned'];
  assert.deepEqual(
    readdirSync(temp)
      .filter((name) => join(temp, name) !== own.path)
      .sort(),
    kept,
  );
  assert.deepEqual(readdirSync(own.path), [OWNER_FILE]);
  await own.remove();
});
