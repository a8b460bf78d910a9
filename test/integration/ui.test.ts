import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startGateway } from '../support/gateway.js';
import { tempFolder } from '../support/temp-folder.js';

const open = await startGateway([], tempFolder());
const locked = await startGateway([], tempFolder(), { QVAC_API_KEY: 'sk-any' });

test('the page is small, and needs nothing but itself', async () => {
  const response = await fetch(`${open.url}/ui`);
  assert.equal(response.status, 200);
  assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
  const html = await response.text();
  assert.ok(gzipSync(html).length < 60_000);
  assert.doesNotMatch(html.replace(/<script.*<\/script>/s, ''), /\b(?:src|href)="(?!data:)/);
  assert.equal((await fetch(`${open.url}/ui/`)).status, 200);
});

test('its policy allows its own script and style by their hashes, and nothing else', async () => {
  const response = await fetch(`${open.url}/ui`);
  const html = await response.text();
  const policy = response.headers.get('content-security-policy') ?? '';
  const directives = new Map(policy.split('; ').map((one) => [one.split(' ')[0], one.split(' ').slice(1)]));
  for (const [name, element] of [
    ['script-src', 'script'],
    ['style-src', 'style'],
  ] as const) {
    const contents = [...html.matchAll(new RegExp(`<${element}[^>]*>(.*?)</${element}>`, 'gs'))];
    const hashes = contents.map(([, content = '']) => createHash('sha256').update(content).digest('base64'));
    assert.equal(hashes.length, 1);
    assert.deepEqual(directives.get(name), [`'sha256-${hashes[0]}'`]);
  }
  for (const name of ['default-src', 'base-uri', 'form-action', 'frame-ancestors']) {
    assert.deepEqual(directives.get(name), ["'none'"], name);
  }
  assert.deepEqual(directives.get('connect-src'), ["'self'"]);
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
});

test('a browser that has it is told that it is still the same', async () => {
  const etag = (await fetch(`${open.url}/ui`)).headers.get('etag') ?? '';
  const again = await fetch(`${open.url}/ui`, { headers: { 'if-none-match': etag } });
  assert.deepEqual([again.status, await again.text()], [304, '']);
  assert.equal(again.headers.get('cache-control'), 'no-cache');
  assert.equal((await fetch(`${open.url}/ui`, { headers: { 'if-none-match': '"other"' } })).status, 200);
});

test('it needs no key, is the same for all, and what it asks does', async () => {
  const [one, other] = await Promise.all(
    [open, locked].map(async ({ url }) => (await fetch(`${url}/ui`)).text()),
  );
  assert.equal(one, other);
  assert.equal((await fetch(`${locked.url}/qvac/v1/status`)).status, 401);
});

test('without keys, a name that was rebound to this machine does not get it, nor what a page may do', async () => {
  const { port } = new URL(open.url);
  const host = `rebound.example:${port}`;
  const headers = { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };
  for (const [method, path] of [
    ['GET', '/ui'],
    ['GET', '/qvac/v1/status'],
    ['POST', '/qvac/v1/models/demo/load'],
    ['DELETE', '/v1/models/demo'],
  ] as const) {
    const [response] = (await once(request(open.url + path, { method, headers }).end(), 'response')) as [
      IncomingMessage,
    ];
    assert.equal(response.statusCode, 403, path);
    response.resume();
  }
});

test('looking is not logged, being refused is', async () => {
  await fetch(`${locked.url}/health`);
  await fetch(`${locked.url}/ui`);
  await fetch(`${locked.url}/qvac/v1/events`);
  await locked.logged(({ path, status }) => path === '/qvac/v1/events' && status === 401);
  assert.deepEqual(
    locked.log.filter(({ path }) => path === '/health' || path === '/ui'),
    [],
  );
});

test('what it asks is let in with the origin of the server itself, also by a browser that tells no more', async () => {
  for (const headers of [{ origin: open.url, 'sec-fetch-site': 'same-origin' }, { origin: open.url }]) {
    const load = await fetch(`${open.url}/qvac/v1/models/demo/load`, { method: 'POST', headers });
    assert.equal(load.status, 200);
    const unload = await fetch(`${open.url}/v1/models/demo`, { method: 'DELETE', headers });
    assert.equal(unload.status, 200);
  }
});
