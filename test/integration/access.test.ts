import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import OpenAI from 'openai';
import { checkedFetch } from '../support/checked-fetch.js';
import { runCli } from '../support/cli.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { readError } from '../support/read-reply.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const ORIGIN = 'https://app.example';
const KEYS = {
  '--api-key': 'my-secret-token',
  'a second --api-key': 'sk-option-47c1',
  '--api-key-file': 'sk-file-9d2e',
  QVAC_API_KEY: 'sk-env-b803',
  'the config': 'sk-config-5fa6',
};
const KEY = KEYS['--api-key'];

const keyFile = join(folder, 'keys');
writeFileSync(keyFile, `# who may\nalice: ${KEYS['--api-key-file']}\n`, { mode: 0o644 });
const config = join(folder, 'qvac.config.json');
writeFileSync(config, JSON.stringify({ serve: { apiKeys: [{ name: 'bob', key: KEYS['the config'] }] } }));

const locked = await startGateway(
  [
    '-v',
    ...['-c', config, '--api-key-file', keyFile, '--cors-origin', ORIGIN],
    ...['--api-key', KEY, '--api-key', KEYS['a second --api-key']],
  ],
  folder,
  { QVAC_API_KEY: KEYS.QVAC_API_KEY },
);
const open = await startGateway(['--cors'], tempFolder());
const local = await startGateway([], tempFolder());

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const clientWith = (apiKey: string) => createOpenAI(locked.url, apiKey);
const hello = { model: 'demo', messages: [{ role: 'user' as const, content: 'Hello!' }] };

/** Checks that it is the refusal of a request without a valid key. */
async function assertUnauthorized(response: Response): Promise<void> {
  assert.equal(response.headers.get('www-authenticate'), 'Bearer');
  const { status, code, param } = await readError(response);
  assert.deepEqual([status, code, param], [401, 'invalid_api_key', null]);
}

/** Sends a GET whose `Host` is another than that of the URL, which `fetch` can't. */
async function getAs(host: string, url: string, headers: Record<string, string> = {}) {
  const sent = request(`${url}/v1/models`, { headers: { ...headers, host } }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: JSON.parse(await text(response)) };
}

describe('authentication', () => {
  test('requests without a valid token receive a 401 response', async () => {
    await assertUnauthorized(await fetch(`${locked.url}/v1/models`));
    await assertUnauthorized(await fetch(`${locked.url}/v1/models`, { headers: bearer('wrong') }));
  });

  for (const [place, key] of Object.entries(KEYS)) {
    test(`a key from ${place} lets a client in`, async () => {
      assert.equal((await fetch(`${locked.url}/v1/models`, { headers: bearer(key) })).status, 200);
    });
  }

  test('the openai client chats with the right key, and says so of a wrong one', async () => {
    const reply = await clientWith(KEY).chat.completions.create(hello);
    assert.match(reply.choices[0]?.message.content ?? '', /demo model/);
    await assert.rejects(
      clientWith('wrong').chat.completions.create(hello),
      (error) => error instanceof OpenAI.AuthenticationError && error.code === 'invalid_api_key',
    );
  });

  test('every route needs it, and paths that are none', async () => {
    for (const [method, path] of [
      ['GET', '/v1/models/demo'],
      ['DELETE', '/v1/models/demo'],
      ['POST', '/v1/chat/completions'],
      ['PUT', '/v1/chat/completions'],
      ['GET', '/'],
      ['GET', '/no/such/path'],
      ['OPTIONS', '/v1/models'],
    ]) {
      await assertUnauthorized(await fetch(locked.url + path, { method: method ?? '' }));
    }
  });

  test('a large upload without it is refused before it is read, and the client reads why', async () => {
    const body = 'x'.repeat(16 * 1024 * 1024);
    const upload = request(`${locked.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': body.length },
    });
    upload.write('x');
    const [response] = (await once(upload, 'response')) as [IncomingMessage];
    assert.equal(response.statusCode, 401);
    assert.match(await text(response), /invalid_api_key/);
    upload.end(body.slice(1));
    await once(upload, 'close');
    assert.equal(upload.errored, null);

    const headers = { 'content-type': 'application/json' };
    await assertUnauthorized(
      await fetch(`${locked.url}/v1/chat/completions`, { method: 'POST', headers, body }),
    );
  });

  test('the engine does not inherit the key of the environment', { skip: !existsSync('/proc') }, async () => {
    const { pid } = await locked.logged(({ msg }) => msg === 'model loaded');
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    assert.match(environment, /QVAC_WORKER_PATH=/);
    assert.ok(!environment.includes('QVAC_API_KEY'));
  });

  test('the start says that a key is needed; of the keys the whole log has none', async () => {
    const started = locked.log.find(({ msg }) => msg === 'gateway started');
    assert.equal(started?.needsApiKey, true);
    assert.deepEqual(started?.corsOrigins, [ORIGIN]);
    assert.ok(locked.log.some(({ msg }) => msg.includes('chmod 600')) || process.platform === 'win32');

    const since = await locked.mark();
    await fetch(`${locked.url}/v1/models?api_key=${KEY}`, { headers: { 'x-api-key': KEY } });
    await fetch(`${locked.url}/none?api_key=${KEY}`, { headers: bearer(KEY) });
    await locked.logged(({ path }) => path === '/none', since);
    const all = JSON.stringify(locked.log) + locked.stderr();
    for (const key of Object.values(KEYS)) assert.ok(!all.includes(key), key);
  });

  test('a mistyped option does not tell the key either', async () => {
    const { exitCode, stdout, stderr } = await runCli(['serve', 'openai', `--apikey=${KEY}`], folder);
    assert.equal(exitCode, 2);
    assert.match(stderr, /unknown option '--apikey'/);
    assert.ok(!(stdout + stderr).includes(KEY));
  });
});

describe('a bind beyond loopback', () => {
  test('without a key is refused in one line', async () => {
    const { exitCode, stdout, stderr } = await runCli(['serve', 'openai', '-H', '0.0.0.0'], tempFolder());
    assert.equal(exitCode, 1);
    assert.match(stderr, /^error: 0\.0\.0\.0 .*--api-key-file.*--allow-unauthenticated.*\n$/);
    assert.equal(stdout, '');
  });

  test('is allowed by --allow-unauthenticated, with a warning, and asked for by address', async () => {
    const gateway = await startGateway(['-H', '0.0.0.0', '--allow-unauthenticated'], tempFolder());
    assert.ok(gateway.log.some(({ msg, level }) => level === 40 && /everyone who can reach/.test(msg)));
    assert.equal(gateway.log.find(({ msg }) => msg === 'gateway started')?.needsApiKey, false);
    assert.equal((await getAs('192.168.1.5:80', gateway.url)).status, 200);
    assert.equal((await getAs('my-box.lan', gateway.url)).status, 403);
    assert.equal(await gateway.stop(), 0);
  });
});

describe('a host that is not ours', () => {
  test('is refused without keys', async () => {
    const { status, headers, body } = await getAs('evil.example:11434', open.url);
    assert.equal(status, 403);
    assert.equal(body.error.code, 'forbidden_host');
    assert.ok(headers['x-request-id']);
    assert.equal((await getAs('localhost:11434', open.url)).status, 200);
  });

  test('is refused without keys if it is missing, as HTTP/1.0 allows', async () => {
    const { port, hostname } = new URL(open.url);
    const socket = connect(Number(port), hostname);
    socket.write('GET /v1/models HTTP/1.0\r\n\r\n');
    assert.match(await text(socket), /^HTTP\/1\.1 403 Forbidden\r\n.*forbidden_host/s);
  });

  test('is fine with a key', async () => {
    assert.equal((await getAs('gateway.example', locked.url, bearer(KEY))).status, 200);
    assert.equal((await getAs('gateway.example', locked.url)).status, 401);
  });
});

describe('a web page without leave by CORS', () => {
  const EVIL = 'https://evil.example';
  const TRANSCRIPTIONS = '/v1/audio/transcriptions';
  /** What a page can send without a preflight: `fetch(url, { method: 'POST', mode: 'no-cors', body: form })`. */
  const blindly = async (url: string, headers: Record<string, string>) => {
    const body = new FormData();
    body.set('file', new Blob(['no audio']), 'audio.wav');
    const response = await fetch(url + TRANSCRIPTIONS, { method: 'POST', headers, body });
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    return { status: response.status, ...error };
  };

  test('can make the gateway do nothing', async () => {
    for (const headers of [{ origin: EVIL }, { origin: EVIL, 'sec-fetch-site': 'cross-site' }]) {
      const { status, code, message } = await blindly(local.url, headers);
      assert.deepEqual([status, code], [403, 'forbidden_origin']);
      assert.match(message, /'--cors-origin https:\/\/evil\.example'/);
    }
    const response = await fetch(`${local.url}/v1/models/demo`, {
      method: 'DELETE',
      headers: { origin: EVIL },
    });
    assert.equal(response.status, 403);
  });

  test('is no other client: those that say nothing of a page are served, and pages that --cors lets in', async () => {
    assert.equal((await blindly(local.url, {})).status, 400, 'it names no model');
    assert.equal(
      (await blindly(local.url, { 'sec-fetch-site': 'same-origin', origin: local.url })).status,
      400,
    );
    assert.equal((await blindly(open.url, { origin: EVIL, 'sec-fetch-site': 'cross-site' })).status, 400);
    assert.equal((await blindly(locked.url, { ...bearer(KEY), origin: EVIL })).status, 400, 'it has a key');
  });
});

describe('CORS', () => {
  const preflight = (origin: string): RequestInit => ({
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,x-stainless-lang',
    },
  });

  test('a preflight is answered without a key', async () => {
    const response = await fetch(`${locked.url}/v1/chat/completions`, preflight(ORIGIN));
    assert.equal(response.status, 204);
    assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN);
    assert.equal(response.headers.get('vary'), 'Origin');
    assert.equal(
      response.headers.get('access-control-allow-headers'),
      'authorization,content-type,x-stainless-lang',
    );
    assert.equal(response.headers.get('access-control-max-age'), '7200');
  });

  test('every method that a route has is allowed by the preflight', async () => {
    const { headers } = await fetch(`${open.url}/v1/models`, preflight(ORIGIN));
    const allowed = headers.get('access-control-allow-methods')?.split(', ');
    for (const path of ['/v1/models', '/v1/models/demo', '/v1/chat/completions']) {
      const refusal = await fetch(open.url + path, { method: 'PUT' });
      const methods = refusal.headers.get('allow')?.split(', ') ?? [];
      assert.ok(methods.length > 0, path);
      for (const method of methods) assert.ok(allowed?.includes(method), `${method} ${path}`);
    }
  });

  test('an origin that is not named gets no leave', async () => {
    for (const init of [preflight('https://evil.example'), { headers: { origin: 'https://evil.example' } }]) {
      const { headers } = await fetch(`${locked.url}/v1/models`, init);
      assert.equal(headers.get('access-control-allow-origin'), null);
    }
  });

  test('errors and streams carry the headers too', async () => {
    const post = (url: string, headers: Record<string, string>, body: unknown) =>
      checkedFetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: ORIGIN, ...headers },
        body: JSON.stringify(body),
      });
    for (const [status, response] of [
      [401, await post(locked.url, {}, hello)],
      [400, await post(locked.url, bearer(KEY), {})],
      [200, await post(locked.url, bearer(KEY), { ...hello, stream: true })],
    ] as const) {
      assert.equal(response.status, status);
      assert.equal(response.headers.get('access-control-allow-origin'), ORIGIN);
      assert.equal(
        response.headers.get('access-control-expose-headers'),
        'x-request-id, retry-after, x-should-retry, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests',
      );
      await response.text();
    }
    const any = await post(open.url, {}, { ...hello, stream: true });
    assert.equal(any.headers.get('access-control-allow-origin'), '*');
    await any.text();
  });

  test('for any origin without a key is warned of', () => {
    assert.ok(open.log.some(({ msg, level }) => level === 40 && /every web page/.test(msg)));
    assert.equal(open.log.find(({ msg }) => msg === 'gateway started')?.corsOrigins, 'any');
  });
});
