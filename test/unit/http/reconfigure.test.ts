import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createServer } from '../../../src/http/server.js';
import { Fleet } from '../../../src/models/fleet.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { createFakeHost } from '../models/fake-pool.js';
import { noOperations } from './no-operations.js';

const SETTINGS = { apiKeys: [], corsOrigins: [], listModels: 'loaded' as const, imageHosts: [] };

function createTestServer() {
  const { host } = createFakeHost();
  const fleet = new Fleet([{ host, category: 'chat', default: true, threads: 1 }]);
  const options = { ...SETTINGS, host: '127.0.0.1', takesImages: () => true, uploadFolder: 'none' };
  const app = createServer(fleet, options, noOperations(), Promise.resolve(), createLogger('silent'));
  const ask = async (content: unknown) => {
    const payload = { messages: [{ role: 'user', content }] };
    const reply = await app.inject({ method: 'POST', url: '/v1/chat/completions', payload });
    return JSON.parse(reply.body).error as { code: string; message: string };
  };
  return { app, ask };
}

test('the list of models is what the settings say now', async () => {
  const { app } = createTestServer();
  const list = async () => JSON.parse((await app.inject({ url: '/v1/models' })).body).data.length;
  assert.equal(await list(), 0);
  app.reconfigure({ ...SETTINGS, listModels: 'configured' });
  assert.equal(await list(), 1);
  assert.equal((await app.inject({ url: '/v1/models/my-llm' })).statusCode, 200);
  app.reconfigure(SETTINGS);
  assert.equal(await list(), 0);
});

test('images are fetched from the hosts that the settings name now', async () => {
  const { app, ask } = createTestServer();
  const content = [{ type: 'image_url', image_url: { url: 'http://127.0.0.1:9/a.png' } }];
  assert.match((await ask(content)).message, /not fetched from/);
  app.reconfigure({ ...SETTINGS, imageHosts: ['127.0.0.1:9'] });
  assert.match((await ask(content)).message, /can't be fetched from/);
});

test('a request has the time that the settings give it now', async () => {
  const { app, ask } = createTestServer();
  app.reconfigure({ ...SETTINGS, requestTimeoutMs: 1 });
  assert.equal((await ask('Hello!')).code, 'deadline_exceeded');
});

test('keys and origins are those of the settings now', async () => {
  const { app } = createTestServer();
  const origin = 'https://app.example';
  const status = async (headers: Record<string, string>) =>
    (await app.inject({ url: '/v1/models', headers })).statusCode;
  app.reconfigure({
    ...SETTINGS,
    apiKeys: [{ key: 'sk-1' }, { key: 'sk-1', models: ['none'] }],
    corsOrigins: [origin],
  });
  assert.deepEqual([await status({}), await status({ 'x-api-key': 'sk-1' })], [401, 200]);
  assert.equal((await app.inject({ url: '/metrics', headers: { 'x-api-key': 'sk-1' } })).statusCode, 200); // the first counts
  const { headers } = await app.inject({ url: '/v1/models', headers: { origin } });
  assert.equal(headers['access-control-allow-origin'], origin);
  app.reconfigure(SETTINGS);
  assert.deepEqual([await status({}), await status({ host: 'evil.example' })], [200, 403]);
  const page = await app.inject({ method: 'POST', url: '/v1/models', headers: { origin } });
  assert.equal(JSON.parse(page.body).error.code, 'forbidden_origin');
});
