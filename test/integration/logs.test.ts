import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { LogLine } from '../../src/telemetry/log-line.js';
import { openEvents } from '../support/event-reader.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const config = writeScriptedConfig(folder, [[ALPHA, { preload: true }], [BETA]]);
// The SDK then logs all that it can, prompts among it.
const written = JSON.parse(readFileSync(config, 'utf8'));
writeFileSync(config, JSON.stringify({ ...written, loggerLevel: 'debug' }));
const KEY = 'sk-of-the-tests';
const gateway = await startGateway(['-c', config, '--api-key', KEY], folder, { LOG_LEVEL: 'DEBUG' });
const openai = createOpenAI(gateway.url, KEY);
const headers = { authorization: `Bearer ${KEY}` };

const PROMPT = 'a secret that no log should tell';
const ask = (model: string) =>
  openai.chat.completions.create({ model, messages: [{ role: 'user', content: PROMPT }] });

async function read(query: string): Promise<LogLine[]> {
  const response = await fetch(`${gateway.url}/qvac/v1/logs${query}`, { headers });
  const body = (await response.json()) as { object: string; data: LogLine[] };
  assert.equal(body.object, 'list');
  return body.data;
}

test('the log is had over HTTP, of all and of one model, without what clients said', async () => {
  const mark = await gateway.mark();
  await ask('beta');
  await gateway.logged(({ msg }) => msg === 'request completed', mark);
  const written = gateway.log.slice(gateway.log.findIndex(({ msg }) => /listening/.test(msg)));
  const lines = await read('?limit=1000');
  // Debug lines of the engine may still come.
  assert.deepEqual(
    lines.filter(({ level }) => level === 'info').map(({ msg }) => msg),
    written.filter(({ level }) => level === 30).map(({ msg }) => msg),
  );
  const ofBeta = (await read('?model=beta')).filter(({ level }) => level === 'info');
  assert.deepEqual(
    ofBeta.map(({ level, model, msg }) => `${level} ${model} ${msg}`),
    ['info beta model loading', 'info beta model loaded', 'info beta request completed'],
  );
  assert.equal((await read('?model=beta&limit=1')).length, 1);
  assert.ok(
    lines.some(({ level, model, msg }) => level === 'debug' && model === 'beta' && msg === 'call started'),
    'LOG_LEVEL is not heard',
  );
  const text = JSON.stringify(lines);
  for (const secret of [PROMPT, KEY]) assert.ok(!text.includes(secret));
});

test('it is followed: what there is, then each line as it comes', async () => {
  const stream = await openEvents<LogLine>(
    `${gateway.url}/qvac/v1/logs?model=alpha&limit=1000&follow=true`,
    headers,
  );
  await ask('alpha');
  await ask('beta');
  await fetch(`${gateway.url}/v1/models/alpha`, { method: 'DELETE', headers });
  await stream.until(({ msg }) => msg === 'model unloaded');
  assert.deepEqual(
    stream.seen.filter(({ level }) => level === 'info').map(({ msg, model }) => `${model} ${msg}`),
    ['alpha model loading', 'alpha model loaded', 'alpha request completed', 'alpha model unloaded'],
  );
  stream.close();
});

test('what it does not know of is refused, by field', async () => {
  for (const [query, status, param] of [
    ['model=gamma', 404, 'model'],
    ['limit=many', 400, 'limit'],
    ['limit=1001', 400, 'limit'],
    ['follow=yes', 400, 'follow'],
  ] as const) {
    const response = await fetch(`${gateway.url}/qvac/v1/logs?${query}`, { headers });
    const { error } = (await response.json()) as { error: { param: string } };
    assert.deepEqual([response.status, error.param], [status, param], query);
  }
});

test('what an engine logs while it loads is in a log of level debug; what it is asked is in none', async () => {
  const ofEngine = (alias: string) =>
    gateway.log.filter(({ model, source }) => model === alias && source === 'llamacpp-completion');
  for (const alias of ['alpha', 'beta']) {
    assert.ok(
      ofEngine(alias).some(({ level, msg }) => level === 20 && /load/i.test(msg)),
      alias,
    );
  }
  await ask('beta');
  await ask('beta');
  const text = JSON.stringify(gateway.log) + gateway.stderr();
  for (const secret of [PROMPT, KEY]) assert.ok(!text.includes(secret), secret);
});

// The last: it stops the gateway.
test('a stream of the log ends with the gateway', async () => {
  const stream = await openEvents<LogLine>(`${gateway.url}/qvac/v1/logs?follow=true&limit=0`, headers);
  assert.equal(await gateway.stop(), 0);
  await stream.ended;
});
