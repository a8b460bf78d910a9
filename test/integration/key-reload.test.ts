import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ReloadReport } from '../../src/protocol/reload.js';
import type { GatewayStatus } from '../../src/protocol/status.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { openEvents } from '../support/event-reader.js';
import { refusalOf } from '../support/fault-gateway.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const ALICE = { name: 'alice', key: 'sk-alice-51d2', maxConcurrent: 2 };
const BOB = { name: 'bob', key: 'sk-bob-77e0', requestsPerMinute: 2 };
const ROOT = 'sk-root-0a1b';

const folder = tempFolder();
const config = writeScriptedConfig(
  folder,
  [
    [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
    [BETA, { preload: true }],
  ],
  { apiKeys: [ALICE, BOB] },
);
const keyFile = join(folder, 'keys');
writeFileSync(keyFile, 'dora: sk-dora-3c19\n', { mode: 0o600 });
const gateway = await startGateway(['-c', config, '--api-key-file', keyFile], folder, { QVAC_API_KEY: ROOT });
const clientOf = (key: string) => createOpenAI(gateway.url, key);

type Reply = ReloadReport & { error?: { message: string } };

async function post(): Promise<{ status: number; report: Reply }> {
  const response = await fetch(`${gateway.url}/qvac/v1/reload`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ROOT}` },
  });
  return { status: response.status, report: (await response.json()) as Reply };
}

async function reload(serve: object): Promise<ReloadReport> {
  const written = JSON.parse(readFileSync(config, 'utf8'));
  writeFileSync(config, JSON.stringify({ serve: { ...written.serve, ...serve } }));
  const { status, report } = await post();
  assert.equal(status, 200, JSON.stringify(report));
  return report;
}

const ask = async (key: string) => {
  const { choices } = await clientOf(key).chat.completions.create({
    model: 'beta',
    messages: [{ role: 'user', content: 'Hello!' }],
  });
  return choices[0]?.message.content;
};

async function keys(): Promise<GatewayStatus['keys']> {
  const headers = { authorization: `Bearer ${ROOT}` };
  const status = await fetch(`${gateway.url}/qvac/v1/status`, { headers });
  return ((await status.json()) as GatewayStatus).keys;
}

test('a key that is taken out is none at once; what runs with it goes on, what only watches does not', async () => {
  const stream = await startEndlessStream(clientOf(ALICE.key), ALPHA);
  const watch = await openEvents(`${gateway.url}/qvac/v1/events`, { authorization: `Bearer ${ALICE.key}` });
  const kept = await openEvents(`${gateway.url}/qvac/v1/events`, { authorization: `Bearer ${BOB.key}` });
  const report = await reload({ apiKeys: [BOB, { name: 'carol', key: 'sk-carol-9b3f' }] });
  assert.deepEqual(
    [report.settings, report.needs_restart, report.unchanged],
    [['serve.apiKeys'], [], ['alpha', 'beta']],
  );
  assert.equal((await refusalOf(ask(ALICE.key))).status, 401);
  await watch.ended;
  assert.equal(await ask('sk-carol-9b3f'), fallbackOf(BETA));
  assert.equal(await ask(ROOT), fallbackOf(BETA));
  await stream.more(300);
  await stream.stop();
  kept.close();
  await kept.ended;
  assert.deepEqual(
    (await keys()).map(({ name, running }) => [name, running]),
    [
      ['bob', 0],
      ['carol', 0],
      ['dora', 0],
      ['-', 0],
    ],
  );
});

test('limits that change count for the next request, with what was used before', async () => {
  for (let request = 0; request < 2; request += 1) assert.equal(await ask(BOB.key), fallbackOf(BETA));
  assert.equal((await refusalOf(ask(BOB.key))).code, 'rate_limit_exceeded');
  const before = (await keys())[0];
  await reload({ apiKeys: [{ ...BOB, name: 'bob', requestsPerMinute: 5 }] });
  assert.deepEqual((await keys())[0], before);
  assert.equal(await ask(BOB.key), fallbackOf(BETA)); // the fourth
  await reload({ apiKeys: [{ ...BOB, requestsPerMinute: 4 }] });
  assert.equal((await refusalOf(ask(BOB.key))).code, 'rate_limit_exceeded');

  await reload({ apiKeys: [{ name: 'bob', key: BOB.key, models: ['alpha', 'beta'], maxConcurrent: 2 }] });
  const open = await startEndlessStream(clientOf(BOB.key), ALPHA);
  await reload({ apiKeys: [{ name: 'bob', key: BOB.key, models: ['alpha', 'beta'], maxConcurrent: 1 }] });
  assert.equal((await refusalOf(ask(BOB.key))).code, 'rate_limit_exceeded');
  await open.stop();
  const headers = { authorization: `Bearer ${BOB.key}` };
  assert.equal((await fetch(`${gateway.url}/metrics`, { headers })).status, 403); // it is for some models now
});

test('a key that is exchanged counts on under its name', async () => {
  const before = (await keys()).find(({ name }) => name === 'bob');
  await reload({ apiKeys: [{ name: 'bob', key: 'sk-bob-new-20aa' }] });
  assert.equal(await ask('sk-bob-new-20aa'), fallbackOf(BETA));
  assert.equal((await refusalOf(ask(BOB.key))).status, 401);
  const after = (await keys()).find(({ name }) => name === 'bob');
  assert.equal(after?.requests, (before?.requests ?? 0) + 1);
});

test('the file of keys is read again too; one that is wrong changes nothing', async () => {
  writeFileSync(keyFile, 'dora: sk-dora-new-8e41\n');
  await reload({});
  assert.equal((await refusalOf(ask('sk-dora-3c19'))).status, 401);
  assert.equal(await ask('sk-dora-new-8e41'), fallbackOf(BETA));
  writeFileSync(keyFile, 'erin: sk erin\n');
  const { status, report } = await post();
  assert.equal(status, 400);
  assert.match(report.error?.message ?? '', /Nothing was changed: .*keys\n {2}line 1/);
  assert.equal(await ask('sk-dora-new-8e41'), fallbackOf(BETA));
  writeFileSync(keyFile, 'dora: sk-dora-new-8e41\n');
});

test('pages of an origin that is new may call it, and those of one that is gone may not', async () => {
  const allowed = async (origin: string) => {
    const headers = { origin, authorization: `Bearer ${ROOT}` };
    const response = await fetch(`${gateway.url}/v1/models`, { headers });
    return response.headers.get('access-control-allow-origin');
  };
  const [one, other] = ['https://one.example', 'https://other.example'];
  await reload({ cors: { origins: [one] } });
  assert.deepEqual([await allowed(one), await allowed(other)], [one, null]);
  const { settings } = await reload({ cors: { origins: [other] } });
  assert.deepEqual(settings, ['serve.cors']);
  assert.deepEqual([await allowed(one), await allowed(other)], [null, other]);
});

test('no key is in the log, and the next gateway has the keys of the last reload', async () => {
  assert.doesNotMatch(JSON.stringify(gateway.log), /sk-(?:alice|bob|carol|dora|root|erin)|sk erin/);
  const mark = await gateway.mark();
  process.kill(gateway.gatewayPid, 'SIGKILL');
  await gateway.logged(({ msg }) => msg === 'gateway restarted', mark);
  assert.equal(await ask('sk-bob-new-20aa'), fallbackOf(BETA));
  assert.equal((await refusalOf(ask(ALICE.key))).status, 401);
});

test('a gateway that others can reach is not left without a key, wherever the config says that it should listen', async () => {
  const own = tempFolder();
  const file = join(own, 'qvac.config.json');
  const write = (serve: object) => writeFileSync(file, JSON.stringify({ serve }));
  const far = { url: 'http://127.0.0.1:9/v1', model: 'm' };
  // 127.0.0.1, in a way that the gateway takes for a name.
  write({ host: '127.1', apiKeys: ['sk-1'] });
  const open = await startGateway([], own);
  const ask = async (method: string, path: string) => {
    const headers = { authorization: 'Bearer sk-1' };
    const response = await fetch(`${open.url}${path}`, { method, headers });
    return { status: response.status, body: await response.text() };
  };
  write({ models: { far } });
  const refused = await ask('POST', '/qvac/v1/reload');
  assert.equal(refused.status, 400);
  assert.match(refused.body, /127\.1 can be reached from other machines, and no API key is set/);
  assert.equal((await fetch(`${open.url}/v1/models`)).status, 401);
  assert.match((await ask('GET', '/v1/models')).body, /"demo"/);

  write({ apiKeys: ['sk-1'], models: { far } });
  const { added, removed, needs_restart } = JSON.parse((await ask('POST', '/qvac/v1/reload')).body);
  assert.deepEqual([added, removed, needs_restart], [['far'], ['demo'], ['serve.host']]);
  write({ host: '127.1', apiKeys: ['sk-1'] });
  assert.deepEqual(JSON.parse((await ask('POST', '/qvac/v1/reload')).body).added, ['demo']);
  assert.equal(await open.stop(), 0); // before its folder goes
});
