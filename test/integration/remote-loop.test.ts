import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayStatus } from '../../src/protocol/status.js';
import { startGateway } from '../support/gateway.js';
import { addRemotes } from '../support/remote-config.js';
import { tempFolder } from '../support/temp-folder.js';

const quick = { probeIntervalMs: 100 };

/** Starts one that does not know the other yet. */
async function start() {
  const folder = tempFolder();
  const config = join(folder, 'qvac.config.json');
  addRemotes(config, { round: { url: 'http://127.0.0.1:9/v1', model: 'round' } });
  return { config, ...(await startGateway(['-c', config], folder)) };
}
const gateways = await Promise.all([start(), start()]);
const [one, two] = gateways.map(({ url }) => Number(new URL(url).port));

/** Has a gateway name the other, and itself. */
async function introduce(gateway: (typeof gateways)[0], other: (typeof gateways)[0]): Promise<void> {
  const [own, theirs] = [gateway, other].map(({ url }) => `${url}/v1`);
  addRemotes(
    gateway.config,
    {
      round: { url: theirs, model: 'round', ...quick },
      self: { url: own, model: 'self', ...quick },
    },
    { remotes: [{ url: theirs, prefix: `from-${new URL(other.url).port}/`, ...quick }] },
  );
  const response = await fetch(`${gateway.url}/qvac/v1/reload`, { method: 'POST' });
  assert.equal(response.status, 200, await response.text());
}
await Promise.all([introduce(gateways[0], gateways[1]), introduce(gateways[1], gateways[0])]);

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

/** The looks at the other begin with the new config. */
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
