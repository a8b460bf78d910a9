import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServer } from '../../../../src/http/server.js';
import { Fleet } from '../../../../src/models/fleet.js';
import type { ApiKey } from '../../../../src/protocol/api-key.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { createFakeHost } from '../../models/fake-pool.js';
import { noOperations } from '../no-operations.js';

const hello = { model: 'my-llm', messages: [{ role: 'user', content: 'Hello!' }] };

function createTestServer(...apiKeys: ApiKey[]) {
  const [llm, other] = [createFakeHost().host, createFakeHost({ alias: 'other' }).host];
  const fleet = new Fleet([
    { host: llm, category: 'chat', default: true, threads: 1 },
    { host: other, category: 'embeddings', default: true, threads: 1 },
  ]);
  const options = {
    host: '127.0.0.1',
    apiKeys,
    corsOrigins: [],
    listModels: 'configured' as const,
    imageHosts: [],
    takesImages: () => false,
    uploadFolder: 'none',
  };
  const operations = noOperations();
  for (const host of [llm, other])
    operations.gate.add({ host, pinned: false, estimateBytes: 0, estimate: async () => 0 });
  const app = createServer(fleet, options, operations, Promise.resolve(), createLogger('silent'));
  const send = async (key: string, method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) => {
    const headers = { authorization: `Bearer ${key}` };
    const reply = await app.inject({ method, url, headers, ...(payload && { payload }) });
    const { error, ...body } = reply.body.startsWith('{') ? JSON.parse(reply.body) : {};
    const header = (name: string) => reply.headers[name];
    return { status: reply.statusCode, code: error?.code, message: error?.message, body, header };
  };
  return { send, metrics: operations.metrics };
}

const LIMITED: ApiKey = { key: 'sk-1', name: 'alice', models: ['other'] };

test('a key for some models is told of these only, and may do nothing with others', async () => {
  const { send } = createTestServer(LIMITED, { key: 'sk-2' });
  const list = await send('sk-1', 'GET', '/v1/models');
  assert.deepEqual(
    list.body.data.map(({ id }: { id: string }) => id),
    ['other'],
  );
  const { body } = await send('sk-1', 'GET', '/qvac/v1/status');
  assert.deepEqual(
    [...body.models, ...body.keys].map(({ id, name }) => id ?? name),
    ['other', 'alice'],
  );
  for (const [method, url, payload] of [
    ['POST', '/v1/chat/completions', hello],
    ['POST', '/v1/chat/completions', { ...hello, model: 'none' }],
    ['POST', '/v1/chat/completions', { messages: hello.messages }],
    ['GET', '/v1/models/my-llm'],
    ['GET', '/v1/models/none'],
    ['DELETE', '/v1/models/my-llm'],
    ['POST', '/qvac/v1/models/my-llm/load'],
  ] as const) {
    const refused = await send('sk-1', method, url, payload);
    assert.deepEqual([refused.status, refused.code], [403, 'model_not_allowed'], `${method} ${url}`);
    assert.equal(refused.message, "Your API key is for these models only: 'other'.");
  }
  assert.equal((await send('sk-1', 'GET', '/v1/models/other')).status, 200);
  assert.equal((await send('sk-1', 'DELETE', '/v1/models/other')).status, 200);
  assert.equal((await send('sk-2', 'GET', '/v1/models')).body.data.length, 2);
});

test('what is about the whole server is not for a key for some models, probes are', async () => {
  const { send } = createTestServer(LIMITED, { key: 'sk-2' });
  const refused = await send('sk-1', 'GET', '/metrics');
  assert.deepEqual([refused.status, refused.code], [403, 'operation_not_allowed']);
  assert.equal((await send('sk-1', 'GET', '/health')).status, 200);
  assert.equal((await send('sk-2', 'GET', '/metrics')).status, 200);
});

test('requests of a minute are counted down, and then refused', async () => {
  const { send, metrics } = createTestServer({ key: 'sk-1', requestsPerMinute: 2 }, { key: 'sk-2' });
  const ask = (key: string) => send(key, 'POST', '/v1/chat/completions', {});
  const rateOf = ({ status, header }: Awaited<ReturnType<typeof send>>) => [
    status,
    header('x-ratelimit-limit-requests'),
    header('x-ratelimit-remaining-requests'),
  ];
  assert.deepEqual(rateOf(await ask('sk-1')), [400, '2', '1']);
  assert.deepEqual(rateOf(await ask('sk-1')), [400, '2', '0']);
  await send('sk-1', 'GET', '/v1/models'); // is not counted
  const refused = await ask('sk-1');
  assert.deepEqual(rateOf(refused), [429, '2', '0']);
  assert.equal(refused.code, 'rate_limit_exceeded');
  assert.equal(refused.header('x-ratelimit-reset-requests'), `${refused.header('retry-after')}s`);
  const resetSeconds = Number(refused.header('retry-after'));
  assert.ok(resetSeconds > 1 && resetSeconds <= 60);
  assert.deepEqual(rateOf(await ask('sk-2')), [400, undefined, undefined]);
  const { requests, rejected, running } = metrics.usageOf(undefined);
  assert.deepEqual({ requests, rejected, running }, { requests: 4, rejected: 1, running: 0 });
});

test('more requests at once than a key may have are refused; when one has ended there is place', async () => {
  const { send, metrics } = createTestServer({ key: 'sk-1', name: 'bob', maxConcurrent: 1 });
  const ask = () => send('sk-1', 'POST', '/v1/chat/completions', {});
  const replies = await Promise.all([ask(), ask()]);
  assert.deepEqual(replies.map(({ status, code }) => [status, code]).sort(), [
    [400, 'missing_messages'],
    [429, 'rate_limit_exceeded'],
  ]);
  assert.equal((await ask()).status, 400);
  assert.deepEqual(metrics.usageOf('bob'), {
    name: 'bob',
    requests: 3,
    rejected: 1,
    promptTokens: 0,
    completionTokens: 0,
    running: 0,
  });
});
