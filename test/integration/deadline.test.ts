import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { startEndlessStream } from '../support/endless-stream.js';
import { refusalOf, startFaultGateway } from '../support/fault-gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

/** Nobody may wait for it. */
const NARROW = { ...BETA, name: 'narrow' };

const folder = tempFolder();
const path = writeScriptedConfig(folder, [
  [ALPHA, { preload: true, queue: 1, config: { ctx_size: 131_072 } }],
  [BETA, { preload: true, config: { ctx_size: 131_072 } }],
  [NARROW, { preload: true, queue: 0 }],
]);
const config = JSON.parse(readFileSync(path, 'utf8'));
config.serve.requestTimeoutMs = 60_000;
writeFileSync(path, JSON.stringify(config));
const gateway = await startFaultGateway(path, folder);
const { openai } = gateway;

const askWithin = (timeoutMs: string, content = 'Hello!') =>
  openai.chat.completions.create(
    { model: 'alpha', messages: [{ role: 'user', content }], max_tokens: 120_000 },
    { headers: { 'x-request-timeout-ms': timeoutMs } },
  );

test('a request that is not answered in its time is cancelled', async () => {
  const { status, code, message, headers } = await refusalOf(askWithin('300', 'for ever'));
  assert.deepEqual([status, code], [504, 'deadline_exceeded']);
  assert.match(message, /within 300 ms/);
  assert.equal(headers?.get('x-should-retry'), 'false');
  assert.equal(await gateway.ask('alpha'), fallbackOf(ALPHA), 'the engine is free again');
});

test('the time counts while it waits for the model, too', async () => {
  const stream = await startEndlessStream(openai, ALPHA);
  assert.equal((await refusalOf(askWithin('100'))).code, 'deadline_exceeded');
  await stream.stop();
});

test('a stream that runs out of time ends with an error', async () => {
  const stream = await openai.chat.completions.create(
    { model: 'alpha', messages: [{ role: 'user', content: 'for ever' }], stream: true },
    { headers: { 'x-request-timeout-ms': '6000' } }, // after 5 s it has its head at the latest
  );
  let chunks = 0;
  const read = async (): Promise<void> => {
    for await (const _ of stream) chunks += 1;
  };
  assert.equal((await refusalOf(read())).code, 'deadline_exceeded');
  assert.ok(chunks > 1);
});

test('a time that is none is refused', async () => {
  for (const written of ['soon', '-1', '1.5', '0', '99999999999']) {
    const { status, param } = await refusalOf(askWithin(written));
    assert.deepEqual([status, param], [400, 'x-request-timeout-ms']);
  }
});

test('a queue that is full answers 429, and when to come back; who waited first is served', async () => {
  const stream = await startEndlessStream(openai, ALPHA);
  const mark = await gateway.mark();
  const waiting = gateway.ask('alpha');
  await gateway.loggedOf('alpha', 'call queued', mark);
  const { status, code, message, headers } = await refusalOf(gateway.ask('alpha'));
  assert.deepEqual([status, code], [429, 'queue_full']);
  assert.match(message, /1 calls? wait.*'queue'/);
  assert.match(headers?.get('retry-after') ?? '', /^[1-9]\d*$/);
  await stream.stop();
  assert.equal(await waiting, fallbackOf(ALPHA));
});

test('who asks again as soon as there is an answer does not find the place taken by that answer', async () => {
  const model = NARROW.name;
  for (let round = 0; round < 100; round += 1) {
    assert.equal(await gateway.ask(model), fallbackOf(NARROW));
    const messages = [{ role: 'user' as const, content: 'Hello!' }];
    for await (const _ of await openai.chat.completions.create({ model, messages, stream: true }));
  }
});

test('clients take turns: one call is not behind all those of another', async () => {
  const stream = await startEndlessStream(openai, BETA);
  const order: string[] = [];
  const askAs = async (key: string): Promise<void> => {
    const mark = await gateway.mark();
    const answer = createOpenAI(gateway.url, key).chat.completions.create({
      model: 'beta',
      messages: [{ role: 'user', content: 'Hello!' }],
    });
    answered.push(answer.then(() => void order.push(key)));
    await gateway.loggedOf('beta', 'call queued', mark);
  };
  const answered: Promise<void>[] = [];
  for (const key of ['greedy', 'greedy', 'greedy', 'modest']) await askAs(key);
  await stream.stop();
  await Promise.all(answered);
  assert.deepEqual(order, ['greedy', 'modest', 'greedy', 'greedy']);
});
