/** `qvac provide` and peers that do what the SDK's own would not, or that vanish. Each is one process without the SDK. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { toPublicKey } from '../../src/pool/peer-identity.js';
import { startDht } from '../support/dht.js';
import { childrenOf, isAlive } from '../support/processes.js';
import { startProvider } from '../support/provider.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { createTestPeer, type TestPeerConnection } from '../support/test-peer.js';

const folder = tempFolder();
const env = await startDht(folder);
// So large that a reply that nobody ends takes longer than the test may.
const config = writeScriptedConfig(folder, [[ALPHA, { config: { ctx_size: 131_072 } }]]);
const anna = createTestPeer(env);
const ben = createTestPeer(env);
const stranger = createTestPeer(env);
const seedFile = join(folder, 'seed');
// Of the two keys the provider's is to be the larger: then Hyperswarm would keep the older of two connections.
let seed = '';
do seed = randomBytes(32).toString('hex');
while (toPublicKey(seed) < anna.publicKey);
writeFileSync(seedFile, seed);
const provider = await startProvider(
  ['-c', config, '--seed-file', seedFile, '--allow', anna.publicKey, ben.publicKey],
  folder,
  env,
);
const [engine] = childrenOf(provider.pid);
const alpha = { type: 'loadModel', modelSrc: join(folder, 'model-0.gguf'), modelType: 'llamacpp-completion' };

async function load(peer: TestPeerConnection): Promise<string> {
  const answer = await peer.ask(alpha);
  assert.equal(answer.success, true, JSON.stringify(answer));
  return answer.modelId as string;
}

function chat(peer: TestPeerConnection, modelId: string, content: string) {
  const history = [{ role: 'user', content }];
  return peer.stream({ type: 'completionStream', modelId, history, stream: true });
}

/** What was answered; throws the provider's error. */
async function answerOf(peer: TestPeerConnection, modelId: string): Promise<string> {
  let text = '';
  for await (const frame of chat(peer, modelId, 'hello')) text += textOf(frame);
  return text;
}

function textOf({ type, events, message }: Record<string, unknown>): string {
  if (type === 'error') throw new Error(String(message));
  return (events as { type: string; text?: string }[])
    .map((event) => (event.type === 'contentDelta' ? event.text : ''))
    .join('');
}

/** Begins an answer without end. @returns a function that waits for more of it. */
async function startEndless(peer: TestPeerConnection, modelId: string): Promise<() => Promise<void>> {
  const frames = chat(peer, modelId, 'for ever')[Symbol.asyncIterator]();
  const more = async (): Promise<void> => {
    for (let text = ''; text.length < 500; ) {
      const { done, value } = await frames.next();
      assert.ok(!done, 'the answer ended');
      text += textOf(value);
    }
  };
  await more();
  return more;
}

/** How often the model is in the provider's memory. */
function loadedTimes(): number {
  const maps = readFileSync(`/proc/${engine}/maps`, 'utf8').split('\n');
  return maps.filter((line) => line.endsWith('model-0.gguf')).length;
}

describe('a provider', { timeout: 120_000, skip: process.platform !== 'linux' }, () => {
  test('has a model once that two peers load at the same time', async () => {
    const peers = await Promise.all([anna.connect(provider.publicKey), ben.connect(provider.publicKey)]);
    const [first = '', second] = await Promise.all(peers.map(load));
    assert.equal(first, second);
    assert.equal(loadedTimes(), 1);
    for (const peer of peers) assert.equal(await answerOf(peer, first), fallbackOf(ALPHA));
    for (const peer of peers) peer.close();
  });

  test('keeps a model while a peer uses it, and unloads it when the last is done with it', async () => {
    const a = await anna.connect(provider.publicKey);
    const b = await ben.connect(provider.publicKey);
    const modelId = await load(a);
    await load(b);
    const more = await startEndless(a, modelId);
    assert.equal((await b.ask({ type: 'unloadModel', modelId })).success, true);
    assert.equal((await b.ask({ type: 'cancel', operation: 'broad', modelId })).success, true);
    await more();
    assert.equal(loadedTimes(), 1);
    await a.ask({ type: 'unloadModel', modelId });
    while (loadedTimes() > 0) await delay(20);
    await load(b);
    assert.equal(await answerOf(b, modelId), fallbackOf(ALPHA));
    for (const peer of [a, b]) peer.close();
  });

  test('goes on when a peer vanishes in the middle of an answer, and its engine is free', async () => {
    const a = await anna.connect(provider.publicKey);
    const b = await ben.connect(provider.publicKey);
    const modelId = await load(a);
    await startEndless(a, modelId);
    const answer = load(b).then(() => answerOf(b, modelId));
    a.close();
    assert.equal(await answer, fallbackOf(ALPHA));
    b.close();
  });

  test('lets a peer come again that was ended before it said anything', async () => {
    const old = await anna.connect(provider.publicKey);
    const again = await anna.connect(provider.publicKey);
    await old.closed;
    assert.equal((await again.ask({ type: 'heartbeat' })).type, 'heartbeat');
    again.close();
  });

  test('takes no more than 16 chats of a peer at once', async () => {
    const a = await anna.connect(provider.publicKey);
    const modelId = await load(a);
    const others = Array.from({ length: 16 }, () => chat(a, modelId, 'for ever')[Symbol.asyncIterator]());
    void Promise.allSettled(others.map((frames) => frames.next()));
    await assert.rejects(answerOf(a, modelId), /too many chats/);
    a.close();
    const b = await ben.connect(provider.publicKey);
    await load(b);
    assert.equal(await answerOf(b, modelId), fallbackOf(ALPHA));
    b.close();
  });

  test('refuses a file in a chat, to one who waits for a stream', async () => {
    const a = await anna.connect(provider.publicKey);
    const history = [{ role: 'user', content: 'look', attachments: [{ path: '/etc/hostname' }] }];
    const frames = a.stream({ type: 'completionStream', modelId: await load(a), history, stream: true });
    for await (const frame of frames) assert.throws(() => textOf(frame), /cannot send attachments/);
    a.close();
  });

  test('goes on when a peer sends what no peer sends', async () => {
    const a = await anna.connect(provider.publicKey);
    a.tell({ type: 'heartbeat' }); // in a form that wants no answer
    a.tell({ type: '__shutdown__' });
    assert.equal((await a.ask({ type: 'heartbeat' })).type, 'heartbeat');
    a.write(Buffer.from('0400000063636363', 'hex'));
    await a.closed;
    const again = await anna.connect(provider.publicKey);
    again.write(Buffer.alloc(4, 255)); // the length of a request: 4 GB
    await again.closed;
    assert.ok(isAlive(Number(engine)));
  });

  test('lets nobody in who is not on its list, unless it has none', async () => {
    await assert.rejects(stranger.connect(provider.publicKey));
    const open = await startProvider(
      ['-c', config, '--seed-file', join(folder, 'open-seed'), '--allow-anyone'],
      folder,
      env,
    );
    const connection = await stranger.connect(open.publicKey);
    assert.equal(await answerOf(connection, await load(connection)), fallbackOf(ALPHA));
    connection.close();
  });
});
