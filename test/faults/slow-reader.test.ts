import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import OpenAI from 'openai';
import type { Script } from '../../src/scripted-model/script.js';
import { type LogLine, startGateway } from '../support/gateway.js';
import { openSocket, toRequest, untilCut } from '../support/raw-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const LOUD_TEXT = `${'a'.repeat(1_000)} ${'b'.repeat(1_000)} `;

/** Its endless reply comes in pieces of a kilobyte, which fill the system's buffers sooner than words do. */
const LOUD: Script = {
  name: 'loud',
  replies: [{ when: 'for ever', text: LOUD_TEXT, endless: true }, { text: 'Hello from loud, at last.' }],
};

const folder = tempFolder();
const config = writeScriptedConfig(folder, [
  [LOUD, { default: true, preload: true, config: { ctx_size: 131_072 } }],
  [BETA, { preload: true }],
]);
const gateway = await startGateway(['-v', '-c', config], folder);
const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });
const ask = async (model: string) => {
  const messages = [{ role: 'user' as const, content: 'Hello!' }];
  const { choices } = await openai.chat.completions.create({ model, messages });
  return choices[0]?.message.content;
};
const forEver = { messages: [{ role: 'user', content: 'for ever' }], stream: true };

const MB = 1024 * 1024;
const isCut = (id: string) => (line: LogLine) => line.requestId === id && /too slowly/.test(line.msg);

/** Resident memory of the gateway, without its engines. Linux only; elsewhere 0. */
function memoryMb(): number {
  const path = `/proc/${gateway.gatewayPid}/status`;
  if (!existsSync(path)) return 0;
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(path, 'utf8'))?.[1]) / 1024;
}

for (const n of [1, 2]) {
  test(`a client that stops reading ${n} choices is cut and logged, and others are served`, async () => {
    const id = `stalled-${n}`;
    const before = memoryMb();
    const since = await gateway.mark();
    const socket = await openSocket(gateway.url);
    socket.write(toRequest('/v1/chat/completions', { ...forEver, n }, { 'x-request-id': id }));
    await once(socket, 'readable'); // and takes nothing of it
    const queued = [ask('loud'), ask('loud')];
    assert.equal(await ask('beta'), fallbackOf(BETA));

    const { level, unreadBytes } = await gateway.logged(isCut(id), since);
    assert.equal(level, 40);
    assert.ok((unreadBytes as number) < 1.1 * MB, String(unreadBytes));
    const grownMb = memoryMb() - before;
    assert.ok(grownMb < 100, `by ${grownMb} MB`);
    assert.deepEqual(await Promise.all(queued), [fallbackOf(LOUD), fallbackOf(LOUD)]);

    await untilCut(socket);
    const isDone = ({ msg, requestId }: LogLine) => msg === 'request completed' && requestId === id;
    assert.equal((await gateway.logged(isDone)).status, 499);
    const lines = gateway.log.slice(since);
    assert.equal(lines.filter(isCut(id)).length, 1);
    assert.deepEqual(
      lines.filter((line) => (line.level as number) >= 50),
      [],
    );
  });
}

test('a client that reads slowly but keeps up gets all of its stream', async () => {
  const messages = [{ role: 'user' as const, content: 'for ever' }];
  const stream = await openai.chat.completions.create({
    model: 'loud',
    messages,
    stream: true,
    max_tokens: 200,
  });
  let text = '';
  let tokens = 0;
  for await (const { choices } of stream) {
    const { content } = choices[0]?.delta ?? {};
    if (content) tokens += 1;
    text += content ?? '';
    await delay(5);
  }
  assert.equal(tokens, 200);
  assert.ok(LOUD_TEXT.repeat(tokens).startsWith(text), 'nothing is missing');
});
