/** Models that `qvac provide` loads before the first peer can connect. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { spawnCli } from '../support/cli.js';
import { startDht } from '../support/dht.js';
import { startModelServer } from '../support/model-server.js';
import { childrenOf, isAlive } from '../support/processes.js';
import { startProvider } from '../support/provider.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { createTestPeer, type TestPeerConnection } from '../support/test-peer.js';

const folder = tempFolder();
const env = await startDht(folder);
const server = await startModelServer();
server.put('/alpha.gguf', createScriptedModel(ALPHA));
const FIRST = `${server.origin}/alpha.gguf`;
const [BROKEN, OTHER] = [join(folder, 'model-0.gguf'), join(folder, 'model-1.gguf')];
const config = writeScriptedConfig(folder, [[{ ...ALPHA, name: 'broken' }, { preload: true }], [BETA]]);
writeFileSync(BROKEN, 'no model');
const { serve } = JSON.parse(readFileSync(config, 'utf8'));
serve.models.alpha = { ...serve.models.broken, src: FIRST };
writeFileSync(config, JSON.stringify({ serve }));
const provider = await startProvider(['-c', config, '--allow-anyone'], folder, env);
const [engine] = childrenOf(provider.pid);

async function connect(): Promise<TestPeerConnection> {
  return createTestPeer(env).connect(provider.publicKey);
}

function load(peer: TestPeerConnection, modelSrc: string): Promise<Record<string, unknown>> {
  return peer.ask({ type: 'loadModel', modelSrc, modelType: 'llamacpp-completion' });
}

async function loaded(peer: TestPeerConnection, modelSrc: string): Promise<string> {
  const answer = await load(peer, modelSrc);
  assert.equal(answer.success, true, JSON.stringify(answer));
  return answer.modelId as string;
}

async function answerOf(peer: TestPeerConnection, modelId: string): Promise<string> {
  const history = [{ role: 'user', content: 'hello' }];
  let text = '';
  for await (const { events } of peer.stream({ type: 'completionStream', modelId, history, stream: true })) {
    for (const event of events as { type: string; text?: string }[]) {
      if (event.type === 'contentDelta') text += event.text;
    }
  }
  return text;
}

/** How often a model is in the provider's memory. */
function loadedTimes(source: string): number {
  const maps = readFileSync(`/proc/${engine}/maps`, 'utf8').split('\n');
  return maps.filter((line) => line.endsWith(basename(source))).length;
}

describe('a provider with models to preload', { timeout: 60_000, skip: process.platform !== 'linux' }, () => {
  test('has loaded them when it says that it is ready, and says so; others wait for a peer', () => {
    assert.match(provider.output(), /^alpha: loading\.\nalpha: loaded in \d+\.\d s\.\n[\s\S]*^Public key:/m);
    assert.equal(loadedTimes(FIRST), 1);
    assert.equal(loadedTimes(OTHER), 0);
  });

  test('tells why one could not be loaded, and offers it all the same', async () => {
    assert.match(provider.output(), /^error: broken is NOT loaded: .*\w/m);
    assert.match(provider.output(), /^broken, beta, alpha: offered/m);
    const peer = await connect();
    assert.equal((await load(peer, BROKEN)).success, false);
    writeFileSync(BROKEN, createScriptedModel(ALPHA));
    assert.equal(await answerOf(peer, await loaded(peer, BROKEN)), fallbackOf(ALPHA));
    peer.close();
  });

  test('keeps them when the last peer has unloaded them, and others not', async () => {
    const peer = await connect();
    const first = await loaded(peer, FIRST);
    const other = await loaded(peer, OTHER);
    for (const modelId of [first, other]) await peer.ask({ type: 'unloadModel', modelId });
    while (loadedTimes(OTHER) > 0) await delay(20);
    assert.equal(loadedTimes(FIRST), 1);
    assert.equal(await answerOf(peer, first), fallbackOf(ALPHA));
    peer.close();
  });

  test('has them for all peers once, and does not look for their files again', async () => {
    const peers = await Promise.all([connect(), connect()]);
    const requests = server.requests.length;
    const [one, two] = await Promise.all(peers.map((peer) => loaded(peer, FIRST)));
    assert.equal(one, two);
    assert.equal(loadedTimes(FIRST), 1);
    assert.equal(server.requests.length, requests);
    for (const peer of peers) peer.close();
  });
});

test('a provider that is stopped while it loads a model leaves no process', {
  skip: process.platform !== 'linux',
}, async () => {
  const held = server.hold('/alpha.gguf', 1_000);
  const home = tempFolder();
  const child = spawnCli(['provide', '-c', config, '--allow-anyone'], folder, { ...env, HOME: home });
  const ended = once(child, 'close');
  await held.reached;
  const [loading = 0] = childrenOf(Number(child.pid));
  process.kill(loading, 'SIGSTOP'); // as deaf as in the midst of llama.cpp's load
  child.kill('SIGINT');
  assert.deepEqual(await ended, [0, null]);
  assert.ok(!isAlive(loading));
});
