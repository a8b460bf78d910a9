import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startForeignServer } from '../support/foreign-server.js';
import { startGateway } from '../support/gateway.js';
import { addRemotes } from '../support/remote-config.js';
import { tempFolder } from '../support/temp-folder.js';

const APP_KEY = 'key-of-the-app-1';
const OTHER_KEY = 'key-of-another-2';

const folder = tempFolder();
const foreign = await startForeignServer(['m', 'n']);
const near = await startGateway(
  [
    '-c',
    addRemotes(
      join(folder, 'qvac.config.json'),
      { mine: { url: foreign.url, model: 'm' } },
      {
        remotes: [{ url: foreign.url, prefix: 'far/', exclude: ['n'] }],
        apiKeys: [
          { name: 'app', key: APP_KEY, models: ['far/m', 'mine', 'far/gone'] },
          { name: 'other', key: OTHER_KEY, models: ['far/n', 'mien'] },
        ],
      },
    ),
  ],
  folder,
);

test('a model that a key is for and nobody offers is told once, after the first look at the remotes, without the key', () => {
  const told = near.log.filter(({ level, key }) => level === 40 && key !== undefined);
  assert.deepEqual(
    told.map(({ key, model }) => [key, model]),
    [
      ['app', 'far/gone'],
      ['other', 'far/n'],
      ['other', 'mien'],
    ],
  );
  assert.match(String(told[0]?.msg), /^key 'app' is for model 'far\/gone', /);
  const log = JSON.stringify(near.log) + near.stderr();
  assert.ok(!log.includes(APP_KEY) && !log.includes(OTHER_KEY));
});
