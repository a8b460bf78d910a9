import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServer } from '../../../../src/http/server.js';
import { Fleet } from '../../../../src/models/fleet.js';
import type { ApiKey } from '../../../../src/protocol/api-key.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { createFakeHost } from '../../models/fake-pool.js';
import { noOperations } from '../no-operations.js';

const never = new Promise<void>(() => {});
const slow = (): void => {};

interface Setup {
  readonly apiKeys?: ApiKey[];
  readonly missing?: string[];
  readonly started?: Promise<void>;
}

/** A server that waits for its models for ever. */
function createTestServer({ apiKeys = [], missing = [], started = never }: Setup = {}) {
  const fake = createFakeHost({}, slow);
  const fleet = new Fleet([{ host: fake.host, category: 'chat', default: true, threads: 1 }]);
  const options = {
    host: '127.0.0.1',
    apiKeys,
    corsOrigins: [],
    listModels: 'loaded' as const,
    imageHosts: [],
    takesImages: () => false,
    uploadFolder: 'none',
  };
  const operations = { ...noOperations(), missing: () => missing };
  operations.gate.add({ host: fake.host, pinned: false, estimateBytes: 0, estimate: async () => 0 });
  const app = createServer(fleet, options, operations, started, createLogger('silent'));
  return { ...fake, fleet, app };
}

test('probes are answered before the models are loaded', async () => {
  const { app } = createTestServer({ missing: ['my-llm'] });
  assert.equal((await app.inject('/health')).statusCode, 200);
  const { statusCode, headers, body } = await app.inject('/ready');
  assert.equal(statusCode, 503);
  assert.equal(headers['retry-after'], '1');
  assert.equal(JSON.parse(body).error.code, 'not_ready');
  const status = JSON.parse((await app.inject('/qvac/v1/status')).body);
  assert.equal(status.is_ready, false);
  assert.equal(status.models[0].state, 'idle');
});

test('probes need no key and tell no names; all other operations need one', async () => {
  const { app } = createTestServer({ apiKeys: [{ key: 'sk-1' }], missing: ['my-llm'] });
  assert.equal((await app.inject('/health')).statusCode, 200);
  const ready = await app.inject('/ready');
  assert.equal(ready.statusCode, 503);
  assert.doesNotMatch(ready.body, /my-llm/);
  for (const [method, url] of [
    ['GET', '/metrics'],
    ['GET', '/qvac/v1/status'],
    ['GET', '/qvac/v1/events'],
    ['GET', '/qvac/v1/logs'],
    ['POST', '/qvac/v1/models/my-llm/load'],
    ['DELETE', '/qvac/v1/calls/req_1'],
    ['POST', '/health'],
  ] as const) {
    assert.equal((await app.inject({ method, url })).statusCode, 401, url);
  }
  const authorization = 'Bearer sk-1';
  assert.equal((await app.inject({ url: '/metrics', headers: { authorization } })).statusCode, 200);
});

test('without keys the host and the origin count for operations too', async () => {
  const { app } = createTestServer();
  for (const url of [
    '/health',
    '/ready',
    '/metrics',
    '/qvac/v1/status',
    '/qvac/v1/events',
    '/qvac/v1/logs',
  ]) {
    const { body } = await app.inject({ url, headers: { host: 'evil.example' } });
    assert.equal(JSON.parse(body).error.code, 'forbidden_host', url);
  }
  const { body } = await app.inject({
    method: 'POST',
    url: '/qvac/v1/models/my-llm/load',
    headers: { origin: 'https://evil.example' },
  });
  assert.equal(JSON.parse(body).error.code, 'forbidden_origin');
});

test('a gateway that stops is not ready', async () => {
  const { app, fleet } = createTestServer();
  assert.equal((await app.inject('/ready')).statusCode, 200);
  fleet.refuse();
  const { statusCode, body } = await app.inject('/ready');
  assert.deepEqual([statusCode, JSON.parse(body).error.code], [503, 'shutting_down']);
});

test('a load tries a model at once that is left alone', async () => {
  const { app, host, pools, pool } = createTestServer();
  const ask = () => app.inject({ method: 'POST', url: '/qvac/v1/models/my-llm/load' });
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const reply = ask();
    while (pools.length <= attempt) await new Promise((resolve) => setTimeout(resolve, 2));
    pool(attempt).closing.resolve();
    pool(attempt).loading.reject(new Error('no such file'));
    await reply;
  }
  assert.equal(host.state, 'failed');
  const reply = ask();
  while (pools.length <= 5) await new Promise((resolve) => setTimeout(resolve, 2));
  pool(5).loading.resolve();
  pool(5).closing.resolve();
  assert.deepEqual(JSON.parse((await reply).body), { id: 'my-llm', object: 'model', state: 'ready' });
  await host.stop();
});

test('HEAD of what would never end is not answered with it', async () => {
  const { app } = createTestServer({ started: Promise.resolve() });
  for (const url of ['/qvac/v1/events', '/qvac/v1/logs?follow=true']) {
    assert.equal((await app.inject({ method: 'HEAD', url })).statusCode, 404, url);
  }
  assert.equal((await app.inject({ method: 'HEAD', url: '/health' })).statusCode, 200);
});

test('there are not more streams of events and of the log than a few', async () => {
  const { app } = createTestServer();
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const abort = new AbortController();
  const open = (path: string) => fetch(`${url}/qvac/v1/${path}`, { signal: abort.signal });
  const streams = await Promise.all(
    Array.from({ length: 32 }, (_, at) => open(at % 2 ? 'logs?follow=true' : 'events')),
  );
  assert.ok(streams.every(({ status }) => status === 200));
  const refused = await open('events');
  assert.equal((await open('logs?follow=true')).status, 429);
  assert.equal((await open('logs')).status, 200);
  assert.equal(refused.status, 429);
  assert.equal(((await refused.json()) as { error: { code: string } }).error.code, 'too_many_event_streams');
  await app.close();
  assert.match(await (streams[0] as Response).text(), /^data: \{"type":"state",/);
});
