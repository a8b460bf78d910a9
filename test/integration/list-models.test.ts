import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkedFetch } from '../support/checked-fetch.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { modelShape, modelsShape } from '../support/openai-shapes.js';
import { readReply } from '../support/read-reply.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const config = writeScriptedConfig(folder, [[ALPHA, { preload: true }], [BETA]]);
const configured = join(folder, 'configured.json');
const { serve } = JSON.parse(readFileSync(config, 'utf8')) as { serve: object };
writeFileSync(configured, JSON.stringify({ serve: { ...serve, listModels: 'configured' } }));

async function listed({ url }: TestGateway, query = '') {
  const { data } = await readReply(await checkedFetch(`${url}/v1/models${query}`), modelsShape);
  return data.map((model) => [model.id, 'state' in model ? model.state : undefined]);
}

test('the list has what is loaded, and all with their state when asked', async () => {
  const gateway = await startGateway(['-c', config], folder);
  assert.deepEqual(await listed(gateway), [['alpha', undefined]]);
  assert.deepEqual(await listed(gateway, '?state=all'), [
    ['alpha', 'ready'],
    ['beta', 'idle'],
  ]);
});

test('a config may want all of them listed', async () => {
  const gateway = await startGateway(['-c', configured], folder);
  assert.deepEqual(await listed(gateway), [
    ['alpha', 'ready'],
    ['beta', 'idle'],
  ]);
  const beta = await readReply(await checkedFetch(`${gateway.url}/v1/models/beta`), modelShape);
  assert.ok('state' in beta && beta.state === 'idle');
});
