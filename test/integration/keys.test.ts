import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { GatewayStatus } from '../../src/protocol/status.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { openEvents } from '../support/event-reader.js';
import { refusalOf } from '../support/fault-gateway.js';
import { type LogLine, startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const path = writeScriptedConfig(folder, [
  [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
  [BETA, { preload: true }],
]);
const config = JSON.parse(readFileSync(path, 'utf8'));
config.serve.apiKeys = [
  { name: 'alice', key: 'sk-alice-51d2', maxConcurrent: 1 },
  { name: 'bob', key: 'sk-bob-77e0', models: ['beta'], requestsPerMinute: 100 },
];
writeFileSync(path, JSON.stringify(config));
const gateway = await startGateway(['-c', path], folder, { QVAC_API_KEY: 'sk-root-0a1b' });
const alice = createOpenAI(gateway.url, 'sk-alice-51d2');
const bob = createOpenAI(gateway.url, 'sk-bob-77e0');

const ask = (openai: typeof alice, model: string) =>
  openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello!' }] });

async function status(key = 'sk-root-0a1b'): Promise<GatewayStatus> {
  const headers = { authorization: `Bearer ${key}` };
  return (await (await fetch(`${gateway.url}/qvac/v1/status`, { headers })).json()) as GatewayStatus;
}

/** Of a stream. The lines of calls that were answered before may come late. */
const brokenOff = ({ msg, path, outcome }: LogLine): boolean =>
  msg === 'request completed' && path === '/v1/chat/completions' && outcome !== 'ok';

/** Checks that alice has her only place, uses it, and has it back. */
async function assertAliceIsServed(): Promise<void> {
  const { choices } = await ask(alice, 'alpha');
  assert.equal(choices[0]?.message.content, fallbackOf(ALPHA));
}

test('while a stream is open its key has no second request, others have', async () => {
  const stream = await startEndlessStream(alice, ALPHA);
  const refused = await refusalOf(ask(alice, 'beta'));
  assert.deepEqual([refused.status, refused.code], [429, 'rate_limit_exceeded']);
  assert.equal(refused.headers?.get('retry-after'), '1');
  assert.equal((await ask(bob, 'beta')).choices[0]?.message.content, fallbackOf(BETA));
  const { keys } = await status();
  assert.deepEqual(
    keys.map(({ name, running }) => [name, running]),
    [
      ['alice', 1],
      ['bob', 0],
      ['-', 0],
    ],
  );

  const since = await gateway.mark();
  await stream.stop(); // it hangs up
  const line = await gateway.logged(brokenOff, since);
  assert.deepEqual(
    [line.status, line.outcome, line.key, line.model],
    [499, 'client_closed', 'alice', 'alpha'],
  );
  await assertAliceIsServed();
});

test('a request that is wrong gives its place back', async () => {
  const refused = await refusalOf(ask(alice, 'none'));
  assert.equal(refused.code, 'model_not_found');
  await assertAliceIsServed();
});

test('a stream whose worker dies gives its place back', async () => {
  const stream = await startEndlessStream(alice, ALPHA);
  const since = await gateway.mark();
  const { models } = await status();
  process.kill(models[0]?.pid as number, 'SIGKILL');
  const failure = (await stream.ended) as { code?: string };
  assert.equal(failure.code, 'worker_crashed');
  const line = await gateway.logged(brokenOff, since);
  assert.deepEqual([line.status, line.outcome, line.key], [200, 'worker_crashed', 'alice']);
  await assertAliceIsServed();
});

test('a key for one model has only this one, and is counted by its name', async () => {
  const before = (await status('sk-bob-77e0')).keys[0];
  assert.ok(before);
  const refused = await refusalOf(ask(bob, 'alpha'));
  assert.deepEqual([refused.status, refused.code], [403, 'model_not_allowed']);
  const { usage } = await ask(bob, 'beta');
  assert.ok(usage && usage.prompt_tokens > 0 && usage.completion_tokens > 0);
  const { keys, models } = await status('sk-bob-77e0');
  assert.deepEqual(
    models.map(({ id }) => id),
    ['beta'],
  );
  assert.deepEqual(keys, [
    {
      name: 'bob',
      requests: before.requests + 2,
      rejected: before.rejected + 1,
      running: 0,
      prompt_tokens: before.prompt_tokens + usage.prompt_tokens,
      completion_tokens: before.completion_tokens + usage.completion_tokens,
    },
  ]);
  const headers = { authorization: 'Bearer sk-root-0a1b' };
  const metrics = await (await fetch(`${gateway.url}/metrics`, { headers })).text();
  assert.ok(metrics.includes(`qvac_gateway_key_requests_total{key="bob"} ${before.requests + 2}\n`));
});

test('a key for one model hears of this one only, and may load and unload it', async () => {
  const authorization = 'Bearer sk-bob-77e0';
  const url = `${gateway.url}/qvac/v1/models`;
  const events = await openEvents(`${gateway.url}/qvac/v1/events`, { authorization });
  const root = createOpenAI(gateway.url, 'sk-root-0a1b');
  await root.models.delete('alpha');
  await bob.models.delete('beta');
  const load = await fetch(`${url}/beta/load`, { method: 'POST', headers: { authorization } });
  assert.equal(load.status, 200);
  await events.until(({ type, state }) => type === 'change' && state === 'ready');
  events.close();
  assert.deepEqual([...new Set(events.seen.map(({ model }) => model))], ['beta']);
});

test('a stream tells how many requests of the minute are left', async () => {
  const messages = [{ role: 'user' as const, content: 'Hello!' }];
  const { response } = await bob.chat.completions
    .create({ model: 'beta', messages, stream: true })
    .withResponse();
  assert.equal(response.headers.get('x-ratelimit-limit-requests'), '100');
  assert.ok(Number(response.headers.get('x-ratelimit-remaining-requests')) < 100);
  await response.text();
});

test('a key for one model can not cancel the calls of another', async () => {
  const stream = await startEndlessStream(alice, ALPHA);
  const id = (await status()).models[0]?.calls[0]?.id;
  const cancel = (key: string) =>
    fetch(`${gateway.url}/qvac/v1/calls/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${key}` },
    });
  assert.equal((await cancel('sk-bob-77e0')).status, 404);
  assert.equal((await cancel('sk-root-0a1b')).status, 200);
  assert.equal(((await stream.ended) as { code?: string }).code, 'call_cancelled');
});
