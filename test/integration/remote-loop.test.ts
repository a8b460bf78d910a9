import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayStatus } from '../../src/protocol/status.js';
import { startGateway } from '../support/gateway.js';
import { addRemotes } from '../support/remote-config.js';
import { tempFolder } from '../support/temp-folder.js';

/** Ports that nobody has: the configs of two gateways that name each other must know both. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

const [one = 0, two = 0] = await freePorts(2);
const urlOf = (port: number) => `http://127.0.0.1:${port}/v1`;
const quick = { probeIntervalMs: 100 };

async function start(port: number, other: number) {
  const folder = tempFolder();
  const config = addRemotes(
    join(folder, 'qvac.config.json'),
    {
      round: { url: urlOf(other), model: 'round', ...quick },
      self: { url: urlOf(port), model: 'self', ...quick },
    },
    { remotes: [{ url: urlOf(other), prefix: `from-${other}/`, ...quick }] },
  );
  return startGateway(['-c', config, '-p', String(port)], folder);
}
const gateways = await Promise.all([start(one, two), start(two, one)]);

async function ask(url: string, model: string) {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hello!' }] }),
  });
  const { error } = (await response.json()) as { error: { code: string; message: string; remote: string } };
  return { status: response.status, ...error };
}

async function modelsOf(url: string): Promise<string[]> {
  const response = await fetch(`${url}/v1/models?state=all`);
  return ((await response.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
}

/** The one that started first found nobody at the other's port. */
async function untilUp(url: string, model: string): Promise<void> {
  while (true) {
    const { models } = (await (await fetch(`${url}/qvac/v1/status`)).json()) as GatewayStatus;
    if (models.find(({ id }) => id === model)?.state === 'ready') return;
    await delay(20);
  }
}
await Promise.all(gateways.map(({ url }) => untilUp(url, 'round')));

test('a call that goes round between two gateways is refused by the first, whichever it is', async () => {
  for (const { url } of gateways) {
    const refused = await ask(url, 'round');
    assert.equal(refused.status, 508);
    assert.equal(refused.code, 'loop_detected');
    assert.match(refused.message, /name each other as remotes/);
  }
});

test('a gateway that names itself finds that out, and does not ask itself', async () => {
  const refused = await ask(gateways[0].url, 'self');
  assert.ok(
    refused.code === 'loop_detected' || /is this gateway itself/.test(refused.message),
    JSON.stringify(refused),
  );
});

test('two gateways that offer all models of each other do not offer them round and round', async () => {
  const [first, second] = gateways;
  const has = async (url: string, id: string) => {
    while (!(await modelsOf(url)).includes(id)) await delay(20);
  };
  await Promise.all([has(first.url, `from-${two}/round`), has(second.url, `from-${one}/round`)]);
  // Each looks at the other ten times a second: names that grow would do so within this.
  for (let look = 0; look < 10; look += 1) {
    const ids = [...(await modelsOf(first.url)), ...(await modelsOf(second.url))];
    assert.ok(!ids.some((id) => id.split('from-').length > 2), ids.join());
    await delay(50);
  }
});

test('a request that has come through too many gateways is refused, and a header that is nonsense is not', async () => {
  const send = (hops: string) =>
    fetch(`${gateways[0].url}/v1/models`, { headers: { 'x-qvac-gateway-hops': hops } });
  assert.equal((await send('a b c d e f g h')).status, 508);
  assert.equal((await send('a, b')).status, 200);
  assert.equal((await send(`${'x'.repeat(500)} "\\ é`)).status, 200);
});
