import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { test } from 'node:test';
import OpenAI from 'openai';
import { type LogLine, startGateway } from '../support/gateway.js';
import { openSocket, toRequest } from '../support/raw-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
// What goes on for ever does so for minutes: a call that is not freed fails its test.
const config = writeScriptedConfig(folder, [[ALPHA, { default: true, config: { ctx_size: 131_072 } }]]);
const gateway = await startGateway(['-v', '-c', config], folder);
const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });

const is = (message: string) => (line: LogLine) => line.msg === message && line.model === 'alpha';
const isDone = (id: string) => (line: LogLine) =>
  line.msg === 'request completed' && line.requestId === id && line.status === 499;

/** Asks for what goes on for ever, on a connection of its own. */
async function askForEver(id: string, fields: object = {}): Promise<Socket> {
  const socket = await openSocket(gateway.url);
  const body = { messages: [{ role: 'user', content: 'for ever' }], ...fields };
  socket.write(toRequest('/v1/chat/completions', body, { 'x-request-id': id }));
  return socket;
}

/** Checks that the next call is served, and that nothing runs or waits beside it. */
async function assertNothingIsLeft(): Promise<void> {
  const since = await gateway.mark();
  const { choices } = await openai.chat.completions.create({
    model: 'alpha',
    messages: [{ role: 'user', content: 'Hello!' }],
  });
  assert.equal(choices[0]?.message.content, fallbackOf(ALPHA));
  const { calls } = await gateway.logged(is('call started'), since);
  assert.equal(calls, 1);
  const later = gateway.log.slice(since);
  assert.equal(later.filter(is('call started')).length, 1, 'none of the others began');
  for (const { waiting } of later.filter(is('call queued'))) assert.equal(waiting, 0);
}

test('who leaves while the model loads leaves the load to the next one', async () => {
  const socket = await askForEver('loading');
  await gateway.logged(is('model loading'));
  socket.resetAndDestroy();
  await gateway.logged(isDone('loading'));
  await assertNothingIsLeft();
  assert.equal(gateway.log.filter(is('model loading')).length, 1);
});

for (const [how, leave] of [
  ['breaks the connection', (socket: Socket) => socket.resetAndDestroy()],
  ['closes the connection', (socket: Socket) => socket.destroy()],
  ['closes its side of the connection', (socket: Socket) => socket.end()],
] as const) {
  for (const fields of [{ stream: true }, { stream: true, n: 3 }, {}]) {
    test(`who ${how} costs nothing afterwards: ${JSON.stringify(fields)}`, async () => {
      const id = `${how}-${JSON.stringify(fields)}`.replaceAll(/[^\w-]/g, '_');
      const since = await gateway.mark();
      const socket = await askForEver(id, fields);
      await gateway.logged(is('call started'), since);
      if ('stream' in fields) await once(socket, 'data');
      leave(socket);
      await gateway.logged(isDone(id), since);
      await assertNothingIsLeft();
    });
  }
}

test('fifty who leave the queue, and the one before them, cost nothing afterwards', async () => {
  const since = await gateway.mark();
  const first = await askForEver('first', { stream: true });
  await once(first, 'data');
  const ids = Array.from({ length: 50 }, (_, index) => `queued-${index}`);
  const queued = await Promise.all(ids.map((id) => askForEver(id)));
  await gateway.logged((line) => is('call queued')(line) && line.waiting === ids.length - 1, since);
  for (const socket of queued) socket.resetAndDestroy();
  await Promise.all(ids.map((id) => gateway.logged(isDone(id), since)));
  first.resetAndDestroy();
  await assertNothingIsLeft();
  assert.equal(gateway.log.slice(since).filter(is('call started')).length, 2, 'the first and the last');
});
