import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import OpenAI from 'openai';
import { startGateway } from '../support/gateway.js';
import { openSocket, toRequest } from '../support/raw-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const config = writeScriptedConfig(folder, [[ALPHA, { default: true, preload: true }]]);
const gateway = await startGateway(['-c', config], folder);

const sockets: Socket[] = [];
after(() => {
  for (const socket of sockets) socket.destroy();
});

/** Opens connections and says the same on each. */
async function open(count: number, words: string): Promise<void> {
  const opened = await Promise.all(Array.from({ length: count }, () => openSocket(gateway.url)));
  for (const socket of opened) if (words) socket.write(words);
  sockets.push(...opened);
}

test('clients are served beside 1,000 connections that say nothing, and as many half requests', async () => {
  const request = toRequest('/v1/chat/completions', { messages: [] });
  await open(1_000, '');
  await open(300, request.slice(0, -1));
  await open(300, request.slice(0, 40));
  let isOver = false;
  const drips = sockets.slice(-300);
  const dripping = (async () => {
    for (let turn = 0; !isOver; turn += 1) {
      drips[turn % drips.length]?.write(request[40 + Math.floor(turn / drips.length)] ?? '');
      await delay(1);
    }
  })();

  const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });
  for (let count = 0; count < 5; count += 1) {
    const stream = openai.chat.completions.stream({
      model: 'alpha',
      messages: [{ role: 'user', content: 'Hello!' }],
    });
    assert.equal(await stream.finalContent(), fallbackOf(ALPHA));
  }
  isOver = true;
  await dripping;
  assert.ok(!sockets.some(({ destroyed }) => destroyed), 'they were all there meanwhile');

  const stopping = performance.now();
  assert.equal(await gateway.stop(), 0);
  assert.ok(
    performance.now() - stopping < 20_000,
    'one of them held up the end, for the 30 s that calls have',
  );
});
