import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { GatewayStatus } from '../../src/protocol/status.js';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { startFaultGateway } from '../support/fault-gateway.js';
import { isAlive } from '../support/processes.js';
import { readError } from '../support/read-reply.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
writeFileSync(join(folder, 'alpha.gguf'), createScriptedModel(ALPHA));
writeFileSync(join(folder, 'beta.gguf'), createScriptedModel(BETA));
const cpu = { device: 'cpu' };
writeFileSync(
  join(folder, 'qvac.config.json'),
  JSON.stringify({
    serve: {
      keepAlive: '1h',
      models: {
        alpha: { src: './alpha.gguf', type: 'llm', keepAlive: '1s', config: { ...cpu, ctx_size: 131_072 } },
        beta: { src: './beta.gguf', type: 'llm', config: cpu },
        vectors: { src: './beta.gguf', type: 'embeddings', config: cpu },
      },
    },
  }),
);
const config = join(folder, 'qvac.config.json');
const gateway = await startFaultGateway(config, folder);
const { openai, ask, stateOf, loggedOf } = gateway;

async function expiryOf(alias: string): Promise<string | null | undefined> {
  const status = (await (await fetch(`${gateway.url}/qvac/v1/status`)).json()) as GatewayStatus;
  return status.models.find(({ id }) => id === alias)?.expires_at;
}

/** Minutes from now. */
function minutesUntil(at: string | null | undefined): number {
  assert.ok(at);
  return Math.round((Date.parse(at) - Date.now()) / 60_000);
}

async function post(path: string, body: object): Promise<Response> {
  return fetch(`${gateway.url}/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

const chat = (model: string, keepAlive: unknown) =>
  post('chat/completions', {
    model,
    messages: [{ role: 'user', content: 'Hello!' }],
    keep_alive: keepAlive,
  });

test('a model without calls is unloaded when its time is over, and the next call loads it again', async () => {
  const mark = await gateway.mark();
  assert.equal(await ask('alpha'), fallbackOf(ALPHA));
  const { pid } = await loggedOf('alpha', 'model loaded', mark); // it may have gone already
  await loggedOf('alpha', 'model expired', mark);
  await loggedOf('alpha', 'model unloaded', mark);
  assert.ok(!isAlive(pid as number));
  assert.equal(await expiryOf('alpha'), null);
  assert.equal(await ask('alpha'), fallbackOf(ALPHA));
});

test('a model that answers is not, however long that takes', async () => {
  const stream = await startEndlessStream(openai, ALPHA);
  const mark = await gateway.mark();
  assert.equal(await expiryOf('alpha'), null);
  const startedAt = performance.now();
  while (performance.now() - startedAt < 2_000) await stream.more(100);
  assert.equal(await stateOf('alpha'), 'ready');
  await stream.stop();
  await loggedOf('alpha', 'model expired', mark);
});

test('what holds for all models holds for one that says nothing itself, and the time is told', async () => {
  await ask('beta');
  assert.equal(minutesUntil(await expiryOf('beta')), 60);
});

test('a request may say otherwise: for ever, for a while, or not at all', async () => {
  assert.equal((await chat('beta', -1)).status, 200);
  assert.equal(await expiryOf('beta'), null);
  assert.equal((await chat('beta', '1h30m')).status, 200);
  assert.equal(minutesUntil(await expiryOf('beta')), 90);
  assert.equal((await chat('beta', 600)).status, 200);
  assert.equal(minutesUntil(await expiryOf('beta')), 10);
  assert.equal((await chat('beta', null)).status, 200);
  assert.equal(minutesUntil(await expiryOf('beta')), 10);
  const mark = await gateway.mark();
  assert.equal((await chat('beta', 0)).status, 200);
  await loggedOf('beta', 'model unloaded', mark);
});

test('what a request said is over when the model has been unloaded', async () => {
  await ask('beta');
  assert.equal(minutesUntil(await expiryOf('beta')), 60);
});

test('so may one for embeddings', async () => {
  const mark = await gateway.mark();
  assert.equal((await post('embeddings', { model: 'vectors', input: 'a', keep_alive: '0s' })).status, 200);
  await loggedOf('vectors', 'model unloaded', mark);
});

test('a call that comes in the moment of an unload is answered', async () => {
  for (let round = 0; round < 3; round += 1) {
    const answers = await Promise.all(
      [chat('beta', 0), chat('beta', 0)].map(async (one) => (await one).status),
    );
    assert.deepEqual(answers, [200, 200]);
    assert.equal((await chat('beta', 0)).status, 200);
  }
});

test('what is no duration is refused', async () => {
  for (const written of ['soon', '5 minutes', true, { minutes: 5 }]) {
    const error = await readError(await chat('beta', written));
    assert.equal(error.status, 400);
    assert.equal(error.param, 'keep_alive');
    assert.match(error.message, /'keep_alive'.*"5m"/);
  }
});
