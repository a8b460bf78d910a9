import assert from 'node:assert/strict';
import { test } from 'node:test';
import OpenAI from 'openai';
import { checkedFetch } from '../support/checked-fetch.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const config = writeScriptedConfig(folder, [
  [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
  [BETA],
  [{ ...BETA, name: 'org/model' }],
]);
const gateway = await startGateway(['-v', '-c', config], folder, { TMPDIR: folder });
const openai = createOpenAI(gateway.url);

const ask = (model: string, content = 'Hello!') =>
  openai.chat.completions.create({ model, messages: [{ role: 'user', content }] });

async function listed(): Promise<string[]> {
  const { data } = await openai.models.list();
  return data.map(({ id }) => id);
}

test('a preloaded model is listed at once, one that loads on demand after its first request', async () => {
  assert.deepEqual(await listed(), ['alpha']);
  await ask('beta');
  assert.deepEqual(await listed(), ['alpha', 'beta']);
});

test('a model has its alias and the time of its load', async () => {
  const { id, created } = await openai.models.retrieve('alpha');
  assert.equal(id, 'alpha');
  assert.ok(Math.abs(created - Date.now() / 1000) < 120);
});

test('an alias may have a slash', async () => {
  await ask('org/model');
  assert.equal((await openai.models.retrieve('org/model')).id, 'org/model');
  const url = `${gateway.url}/v1/models/org/model`;
  assert.equal((await checkedFetch(url, { method: 'DELETE' })).status, 200);
});

test('a model that is not configured is 404, one that is not loaded too', async () => {
  for (const [id, message] of [
    ['gamma', /No model 'gamma' is configured. Configured are: 'alpha', 'beta'/],
    ['org/model', /configured but not loaded/],
  ] as const) {
    await assert.rejects(openai.models.retrieve(id), (error: InstanceType<typeof OpenAI.APIError>) => {
      assert.equal(error.status, 404);
      assert.equal(error.code, 'model_not_found');
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(openai.models.delete('gamma'), OpenAI.NotFoundError);
});
