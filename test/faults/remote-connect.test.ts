/** Servers that were there a moment ago, and now do not let anybody connect, nor refuse it. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDeafServer } from '../support/deaf-server.js';
import { startFaultGateway } from '../support/fault-gateway.js';
import { startForeignServer } from '../support/foreign-server.js';
import { addRemotes } from '../support/remote-config.js';
import { tempFolder } from '../support/temp-folder.js';
import { startTlsFront, TLS_AUTHORITY } from '../support/tls-front.js';

const CONNECT_TIMEOUT_MS = 300;

const folder = tempFolder();
const foreign = await startForeignServer(['m']);
const front = await startTlsFront(foreign.port, 'server');
const deaf = process.platform === 'linux' ? await startDeafServer() : undefined;

const entryOf = (url: string) => ({
  url,
  model: 'm',
  connectTimeoutMs: CONNECT_TIMEOUT_MS,
  probeIntervalMs: 3_600_000,
});
const entriesOf = (name: string, url: string) => ({
  [name]: entryOf(url),
  [`${name}-first`]: { targets: [entryOf(url), entryOf(foreign.url)] },
});
const near = await startFaultGateway(
  addRemotes(join(folder, 'qvac.config.json'), {
    ...entriesOf('front', front.url),
    ...(deaf && entriesOf('deaf', deaf.url)),
  }),
  folder,
  { env: { NODE_EXTRA_CA_CERTS: TLS_AUTHORITY } },
);

// The first look may have taken longer than that.
for (const model of ['front', ...(deaf ? ['deaf'] : [])]) {
  while ((await near.statusOf(model)).state !== 'ready');
}

test('a TLS handshake that never ends is given up after connectTimeoutMs, and the next target taken', async () => {
  front.certificate = 'none';
  await assertGivenUp('front', front.url);
});

test('a connection that nobody answers is given up after connectTimeoutMs, and the next target taken', {
  skip: !deaf && 'only Linux tells when the queue of a port is full',
}, async () => {
  await deaf?.deafen();
  await assertGivenUp('deaf', deaf?.url ?? '');
});

/** The first calls after the server has turned silent, at once: the looks at it have not found that yet. */
async function assertGivenUp(model: string, url: string): Promise<void> {
  const before = foreign.requests.length;
  const askedAt = performance.now();
  const [refused, answered] = await Promise.all([post(model), post(`${model}-first`)]);
  const tookMs = performance.now() - askedAt;
  const { error } = (await refused.json()) as { error: Record<string, string> };
  assert.equal(refused.status, 504, JSON.stringify(error));
  assert.equal(error.code, 'remote_timeout');
  assert.equal(error.remote, new URL(url).host);
  assert.match(String(error.message), /could not be connected to within 300 ms/);
  assert.ok(tookMs >= CONNECT_TIMEOUT_MS - 1, `${tookMs} ms`);

  assert.equal(answered.status, 200, await answered.text());
  assert.equal(foreign.requests.length, before + 1);
  await near.logged(
    ({ msg, model: alias }) => msg === 'call failed at a target' && alias === `${model}-first`,
  );
}

function post(model: string): Promise<Response> {
  return fetch(`${near.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] }),
  });
}
