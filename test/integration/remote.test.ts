import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startFaultGateway } from '../support/fault-gateway.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { addRemotes } from '../support/remote-config.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const FAR_KEY = 'far-key-of-this-test';
const NEAR_KEY = 'near-key-of-this-test';
const LIMITED_KEY = 'limited-key-of-this-test';

const farFolder = tempFolder();
const nearFolder = tempFolder();
const far = await startGateway(
  [
    '-v',
    '-c',
    writeScriptedConfig(farFolder, [[ALPHA, { preload: true, config: { ctx_size: 131_072 } }]]),
    '--api-key',
    FAR_KEY,
  ],
  farFolder,
);
const entry = { url: `${far.url}/v1`, model: 'alpha', apiKey: FAR_KEY };
const near = await startFaultGateway(
  addRemotes(
    writeScriptedConfig(nearFolder, [[BETA, { default: true }]]),
    {
      'org/far:1': entry,
      'wrong-key': { ...entry, apiKey: 'wrong' },
      'no-such': { ...entry, model: 'nobody' },
      narrow: { ...entry, slots: 1, queue: 0 },
      typed: { ...entry, category: 'embeddings' },
    },
    { apiKeys: [{ name: 'limited', key: LIMITED_KEY, models: ['org/far:1'] }] },
  ),
  nearFolder,
  { args: ['--api-key', NEAR_KEY] },
);
const openai = createOpenAI(near.url, NEAR_KEY);
const headers = { authorization: `Bearer ${NEAR_KEY}` };
const say = (content: string) => [{ role: 'user' as const, content }];

test('a blocking completion of a model elsewhere is as one of this gateway, by the name that it has here', async () => {
  const reply = await openai.chat.completions.create({ model: 'org/far:1', messages: say('Hello!') });
  assert.equal(reply.choices[0]?.message.content, fallbackOf(ALPHA));
  assert.equal(reply.model, 'org/far:1');
  assert.ok((reply.usage?.completion_tokens ?? 0) > 0);
});

test('a streamed one too, in every chunk', async () => {
  const stream = await openai.chat.completions.create({
    model: 'org/far:1',
    messages: say('Hello!'),
    stream: true,
    stream_options: { include_usage: true },
  });
  let text = '';
  let chunks = 0;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta.content ?? '';
    assert.equal(chunk.model, 'org/far:1');
    chunks += 1;
  }
  assert.equal(text, fallbackOf(ALPHA));
  assert.ok(chunks > 5, 'it came in parts');
});

test('models of this gateway are served beside it', async () => {
  const reply = await openai.chat.completions.create({ model: 'beta', messages: say('Hello!') });
  assert.equal(reply.choices[0]?.message.content, fallbackOf(BETA));
});

test('a client that hangs up frees the engine of the other gateway', async () => {
  const abort = new AbortController();
  const stream = await openai.chat.completions.create(
    { model: 'org/far:1', messages: say('for ever'), stream: true },
    { signal: abort.signal },
  );
  for await (const _ of stream) break;
  abort.abort();
  // The engine has one slot: this waits for it.
  const reply = await openai.chat.completions.create({ model: 'org/far:1', messages: say('Hello!') });
  assert.equal(reply.choices[0]?.message.content, fallbackOf(ALPHA));
});

test('what the other gateway refuses is refused in its words, with its name', async () => {
  const { host } = new URL(far.url);
  await assert.rejects(openai.chat.completions.create({ model: 'no-such', messages: say('Hello!') }), {
    status: 404,
    code: 'model_not_found',
    error: {
      message: `Remote '${host}' (404): No model 'nobody' is configured. Configured are: 'alpha'.`,
      type: 'invalid_request_error',
      code: 'model_not_found',
      param: 'model',
      remote: host,
    },
  });
  await assert.rejects(
    openai.chat.completions.create({ model: 'org/far:1', messages: say('x '.repeat(90_000)) }),
    { status: 400, code: 'context_length_exceeded' },
  );
});

test('a key that the remote refuses is no fault of the client', async () => {
  await assert.rejects(openai.chat.completions.create({ model: 'wrong-key', messages: say('Hello!') }), {
    status: 503,
    code: 'remote_unavailable',
    message: /does not let this gateway in \(401\)/,
  });
});

test('a request without a key gets nowhere', async () => {
  const response = await fetch(`${near.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${FAR_KEY}` },
    body: JSON.stringify({ model: 'org/far:1', messages: say('Hello!') }),
  });
  assert.equal(response.status, 401);
});

test('a key for some models is for those of remotes too, and its usage is counted', async () => {
  const limited = createOpenAI(near.url, LIMITED_KEY);
  assert.deepEqual(
    (await limited.models.list()).data.map(({ id }) => id),
    ['org/far:1'],
  );
  await limited.chat.completions.create({ model: 'org/far:1', messages: say('Hello!') });
  await assert.rejects(limited.chat.completions.create({ model: 'narrow', messages: say('Hello!') }), {
    status: 403,
    code: 'model_not_allowed',
  });
  const status = (await (await fetch(`${near.url}/qvac/v1/status`, { headers })).json()) as {
    keys: { name: string; completion_tokens: number }[];
  };
  const usage = status.keys.find(({ name }) => name === 'limited');
  assert.ok((usage?.completion_tokens ?? 0) > 0, JSON.stringify(status.keys));
  const line = await near.logged(
    ({ msg, key, model }) => msg === 'request completed' && key === 'limited' && model === 'org/far:1',
  );
  assert.ok(Number(line.completionTokens) > 0, JSON.stringify(line));
});

test('who asks again as soon as there is an answer does not find the place taken by that answer', async () => {
  const asked = { model: 'narrow', messages: say('Hello!') };
  for (let round = 0; round < 50; round += 1) {
    await openai.chat.completions.create(asked);
    for await (const _ of await openai.chat.completions.create({ ...asked, stream: true }));
  }
});

test('calls beyond the slots wait or are refused as those of other models', async () => {
  const stream = await openai.chat.completions.create({
    model: 'narrow',
    messages: say('for ever'),
    stream: true,
  });
  await assert.rejects(openai.chat.completions.create({ model: 'narrow', messages: say('Hello!') }), {
    status: 429,
    code: 'queue_full',
  });
  stream.controller.abort();
});

test('a call to another server is cancelled by its id, in a frame of its stream', async () => {
  const response = await fetch(`${near.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', 'x-request-id': 'mine' },
    body: JSON.stringify({ model: 'org/far:1', messages: say('for ever'), stream: true }),
  });
  const text = response.text();
  const status = (await (await fetch(`${near.url}/qvac/v1/status`, { headers })).json()) as {
    models: { id: string; calls: { id: string }[] }[];
  };
  assert.deepEqual(
    status.models.find(({ id }) => id === 'org/far:1')?.calls.map(({ id }) => id),
    ['mine'],
  );
  await fetch(`${near.url}/qvac/v1/calls/mine`, { method: 'DELETE', headers });
  const last = (await text).trimEnd().split('\n\n').at(-1) ?? '';
  assert.equal(JSON.parse(last.slice('data: '.length)).error.code, 'call_cancelled');
});

test('a deadline of the request counts for a remote too', async () => {
  await assert.rejects(
    openai.chat.completions.create(
      { model: 'org/far:1', messages: say('for ever') },
      { headers: { 'x-request-timeout-ms': '300' } },
    ),
    { status: 504, code: 'deadline_exceeded' },
  );
});

test('a model elsewhere is listed, in the status and in the metrics, and can not be unloaded from here', async () => {
  const ids = (await openai.models.list()).data.map(({ id }) => id);
  assert.ok(ids.includes('org/far:1') && !ids.includes('wrong-key'), ids.join());
  const status = (await (await fetch(`${near.url}/qvac/v1/status`, { headers })).json()) as {
    models: { id: string; category: string; state: string; replicas: { target: string }[] }[];
  };
  const model = status.models.find(({ id }) => id === 'org/far:1');
  assert.equal(model?.state, 'ready');
  assert.equal(model?.category, 'any');
  assert.equal(model?.replicas[0]?.target, `alpha at ${new URL(far.url).host}`);
  assert.ok(!JSON.stringify(status).includes(FAR_KEY));
  const metrics = await (await fetch(`${near.url}/metrics`, { headers })).text();
  assert.match(metrics, /qvac_gateway_completion_tokens_total\{model="org\/far:1"\} [1-9]/);
  const unload = await fetch(`${near.url}/v1/models/org/far:1`, { method: 'DELETE', headers });
  assert.equal(unload.status, 400);
  const load = await fetch(`${near.url}/qvac/v1/models/org/far:1/load`, { method: 'POST', headers });
  assert.equal(load.status, 200);
});

test('a model of another kind of endpoint is refused here already', async () => {
  await assert.rejects(openai.chat.completions.create({ model: 'typed', messages: say('Hello!') }), {
    status: 400,
    code: 'invalid_model_type',
  });
});

test('no key is in either log', () => {
  for (const gateway of [near, far]) {
    const log = JSON.stringify(gateway.log) + gateway.stderr();
    assert.ok(![FAR_KEY, NEAR_KEY, LIMITED_KEY].some((key) => log.includes(key)));
  }
});
