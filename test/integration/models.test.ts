import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import OpenAI from 'openai';
import { checkedFetch } from '../support/checked-fetch.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { isAlive } from '../support/processes.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
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

/** Process id of the model's `bare` process, by the log of its last load. */
function pidOf(alias: string): number {
  const line = gateway.log.findLast(({ msg, model }) => msg === 'model loaded' && model === alias);
  return line?.pid as number;
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

test('an unloaded model leaves no process and no socket, and loads again on the next request', async () => {
  await ask('beta');
  const pid = pidOf('beta');
  assert.ok(isAlive(pid));

  assert.equal((await openai.models.delete('beta')).id, 'beta');
  assert.ok(!isAlive(pid), 'the bare process is gone when the reply is there');
  assert.deepEqual(await listed(), ['alpha']);
  const sockets = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.sock$/.test(name),
  );
  assert.equal(sockets.length, 1, 'only that of alpha is left');

  assert.equal((await ask('beta')).choices[0]?.message.content, fallbackOf(BETA));
  assert.notEqual(pidOf('beta'), pid);
});

test('unloading twice at once is one unload, and a model that is not loaded is unloaded', async () => {
  await ask('beta');
  const mark = gateway.log.length;
  const replies = await Promise.all([openai.models.delete('beta'), openai.models.delete('beta')]);
  for (const reply of replies) assert.equal(reply.deleted, true);
  assert.equal((await openai.models.delete('beta')).deleted, true);
  assert.equal(gateway.log.slice(mark).filter(({ msg }) => msg === 'model unloaded').length, 1);
});

test('a call that runs when its model is unloaded may finish, one that comes then loads it again', async () => {
  await ask('beta');
  const stream = await openai.chat.completions.create({
    model: 'beta',
    messages: [{ role: 'user', content: 'for ever' }],
    max_tokens: 1_000,
    stream: true,
  });
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  const mark = gateway.log.length;
  const unloading = openai.models.delete('beta');
  const late = ask('beta');
  let deltas = 0;
  while (!(await iterator.next()).done) deltas += 1;
  assert.ok(deltas >= 1_000, `the running call was cut after ${deltas}`);
  assert.equal((await unloading).deleted, true);
  assert.equal((await late).choices[0]?.message.content, fallbackOf(BETA));
  const story = gateway.log.slice(mark).map(({ msg }) => msg);
  assert.ok(story.indexOf('model unloaded') < story.lastIndexOf('model loaded'), story.join(', '));
});

test('a stream whose engine dies ends with the error', async () => {
  await ask('beta');
  const stream = await openai.chat.completions.create({
    model: 'beta',
    messages: [{ role: 'user', content: 'for ever' }],
    stream: true,
  });
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  process.kill(pidOf('beta'), 'SIGKILL');
  const rest = async () => {
    while (!(await iterator.next()).done);
  };
  await assert.rejects(rest, (error) => error instanceof OpenAI.APIError && error.code === 'worker_crashed');
});

test('unloading one model does not touch the stream of another', { timeout: 60_000 }, async () => {
  await ask('beta');
  const stream = await openai.chat.completions.create({
    model: 'alpha',
    messages: [{ role: 'user', content: 'for ever' }],
    stream: true,
  });
  let text = '';
  let unloading: Promise<unknown> | undefined;
  let isUnloaded = false;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    unloading ??= openai.models.delete('beta').then(() => {
      isUnloaded = true;
    });
    if (isUnloaded && text.length > 5_000) break;
  }
  await unloading;
  const unit = 'one two three four five six seven eight nine ten ';
  assert.equal(text, unit.repeat(Math.ceil(text.length / unit.length)).slice(0, text.length));
});
