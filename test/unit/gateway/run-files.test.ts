import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { RunFiles } from '../../../src/gateway/run-files.js';
import { SDK_HOME } from '../../../src/protocol/sdk-home.js';
import { tempFolder } from '../../support/temp-folder.js';

const folder = tempFolder();
const home = join(folder, 'home');
mkdirSync(home);
process.env.TMPDIR = folder;
process.env[SDK_HOME] = home;

/** Where each byte that is written finds the disk full. */
const FULL = '/dev/full';

test('when the disk is full, conversations are not kept, and all is as it was', {
  skip: !existsSync(FULL),
}, async () => {
  const files = await RunFiles.create({ swarmRelays: [] });
  const settings = readFileSync(files.sdkConfigFile, 'utf8');
  symlinkSync(FULL, `${files.sdkConfigFile}.next`);
  for (let time = 0; time < 2; time += 1) {
    await assert.rejects(files.keepConversations(), { code: 'ENOSPC' });
    assert.equal(files.cacheFolder, undefined);
    assert.equal(readFileSync(files.sdkConfigFile, 'utf8'), settings);
    assert.deepEqual(readdirSync(join(home, '.qvac')), []);
  }
  rmSync(`${files.sdkConfigFile}.next`);
  await files.keepConversations();
  assert.ok(files.cacheFolder && existsSync(files.cacheFolder));
  assert.deepEqual(JSON.parse(readFileSync(files.sdkConfigFile, 'utf8')), {
    cacheDirectory: join(home, '.qvac', 'models'),
    swarmRelays: [],
  });
  await files.remove();
  assert.deepEqual(readdirSync(folder), ['home']);
});
