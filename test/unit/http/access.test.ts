import assert from 'node:assert/strict';
import { test } from 'node:test';

import { createServer, type ServerOptions } from '../../../src/http/server.js';
import { Fleet } from '../../../src/models/fleet.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { createFakeHost } from '../models/fake-pool.js';
import { noOperations } from './no-operations.js';

const LOCAL: ServerOptions = {
  host: '127.0.0.1',
  apiKeys: [],
  corsOrigins: [],
  listModels: 'loaded' as const,
  imageHosts: [],
  takesImages: () => false,
  uploadFolder: 'none',
};
const ORIGIN = 'https://app.example';
const never = new Promise<void>(() => {});

/** @param started what is let in waits for it. */
function createTestServer(access: Partial<ServerOptions>, started = Promise.resolve()) {
  const fleet = new Fleet([{ host: createFakeHost().host, category: 'chat', default: true, threads: 1 }]);
  return createServer(fleet, { ...LOCAL, ...access }, noOperations(), started, createLogger('silent'));
}

const ALL_KINDS = [
  ['GET', '/v1/models'],
  ['GET', '/v1/models/my-llm'],
  ['DELETE', '/v1/models/my-llm'],
  ['POST', '/v1/chat/completions'],
  ['PUT', '/v1/chat/completions'],
  ['GET', '/no/such/route'],
  ['OPTIONS', '/v1/models'],
  ['GET', '/v1/%zz'],
  ['GET', `/v1/${'x'.repeat(2_000)}`],
] as const;

test('whatever is asked for, it is refused without a key, and at once', async () => {
  // With the wait for the models that are to be preloaded, this would not end.
  const app = createTestServer({ apiKeys: [{ key: 'sk-1' }] }, never);
  for (const [method, url] of ALL_KINDS) {
    const { statusCode, headers, body } = await app.inject({ method, url, payload: 'no JSON' });
    assert.equal(statusCode, 401, `${method} ${url}`);
    assert.equal(headers['www-authenticate'], 'Bearer');
    assert.ok(headers['x-request-id']);
    assert.deepEqual(Object.keys(JSON.parse(body)), ['error']);
    assert.equal(JSON.parse(body).error.code, 'invalid_api_key');
  }
});

test('whatever is asked for, it is refused to another host, and at once', async () => {
  const app = createTestServer({}, never);
  for (const [method, url] of ALL_KINDS) {
    const { statusCode, headers, body } = await app.inject({
      method,
      url,
      headers: { host: 'evil.example' },
    });
    assert.equal(statusCode, 403, `${method} ${url}`);
    assert.ok(headers['x-request-id']);
    assert.equal(JSON.parse(body).error.code, 'forbidden_host');
  }
});

test('with the key, everything is as it is without keys', async () => {
  const open = createTestServer({});
  const locked = createTestServer({ apiKeys: [{ key: 'sk-1' }] });
  for (const [method, url] of ALL_KINDS) {
    const expected = await open.inject({ method, url });
    const actual = await locked.inject({ method, url, headers: { authorization: 'Bearer sk-1' } });
    assert.equal(actual.statusCode, expected.statusCode, `${method} ${url}`);
    assert.ok(![401, 403].includes(expected.statusCode), `${method} ${url}`);
  }
});

test('with a key, the host does not matter', async () => {
  const app = createTestServer({ apiKeys: [{ key: 'sk-1' }] });
  const headers = { host: 'gateway.example', authorization: 'Bearer sk-1' };
  assert.equal((await app.inject({ url: '/v1/models', headers })).statusCode, 200);
});

const PREFLIGHT = { origin: ORIGIN, 'access-control-request-method': 'POST' };

test('a preflight is answered without a key, for any path, and at once', async () => {
  const app = createTestServer({ apiKeys: [{ key: 'sk-1' }], corsOrigins: 'any' }, never);
  for (const url of ['/v1/chat/completions', '/v1/models/org/model', '/no/such/route', '/v1/%zz']) {
    const { statusCode, headers, body } = await app.inject({ method: 'OPTIONS', url, headers: PREFLIGHT });
    assert.equal(statusCode, 204, url);
    assert.equal(body, '');
    assert.equal(headers['access-control-allow-origin'], '*');
    assert.match(String(headers['access-control-allow-methods']), /POST/);
  }
});

test('without CORS a preflight is a request like any other', async () => {
  const ask = async (access: Partial<ServerOptions>) => {
    const request = { method: 'OPTIONS', url: '/v1/models', headers: PREFLIGHT } as const;
    const { statusCode, headers } = await createTestServer(access).inject(request);
    assert.deepEqual(
      Object.keys(headers).filter((name) => name.startsWith('access-control')),
      [],
    );
    return statusCode;
  };
  assert.equal(await ask({ apiKeys: [{ key: 'sk-1' }] }), 401);
  assert.equal(await ask({}), 404);
});

test('refusals carry the headers of CORS: a page is to read why', async () => {
  const corsOrigins = [ORIGIN];
  const locked = createTestServer({ apiKeys: [{ key: 'sk-1' }], corsOrigins });
  const open = createTestServer({ corsOrigins });
  for (const [app, url, host, status] of [
    [locked, '/v1/models', 'localhost', 401],
    [locked, '/v1/%zz', 'localhost', 401],
    [open, '/v1/models', 'evil.example', 403],
    [open, '/no/such/route', 'localhost', 404],
    [open, '/v1/chat/completions', 'localhost', 405],
    [open, '/v1/%zz', 'localhost', 400],
  ] as const) {
    const { statusCode, headers } = await app.inject({ url, headers: { host, origin: ORIGIN } });
    assert.equal(statusCode, status, url);
    assert.equal(headers['access-control-allow-origin'], ORIGIN, url);
    assert.match(String(headers['access-control-expose-headers']), /x-request-id/);
  }
});

const CROSS_SITE = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

test('without keys, whatever a page sends blindly is refused, and at once', async () => {
  const app = createTestServer({}, never);
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE'] as const) {
    for (const url of ['/v1/chat/completions', '/v1/audio/transcriptions', '/no/such/route', '/v1/%zz']) {
      const { statusCode, headers, body } = await app.inject({ method, url, headers: CROSS_SITE });
      assert.equal(statusCode, 403, `${method} ${url}`);
      assert.ok(headers['x-request-id']);
      assert.equal(JSON.parse(body).error.code, 'forbidden_origin');
    }
  }
});

test('with a key, or with leave by CORS, the page does not matter', async () => {
  const request = { method: 'POST', url: '/v1/chat/completions', payload: {} } as const;
  const bearer = { authorization: 'Bearer sk-1' };
  for (const [access, headers] of [
    [{ apiKeys: [{ key: 'sk-1' }] }, { ...CROSS_SITE, ...bearer }],
    [{ corsOrigins: 'any' }, CROSS_SITE],
    [{ corsOrigins: [ORIGIN] }, { ...CROSS_SITE, origin: ORIGIN }],
  ] as const) {
    const { statusCode } = await createTestServer(access).inject({ ...request, headers });
    assert.equal(statusCode, 400, JSON.stringify(access));
  }
});
