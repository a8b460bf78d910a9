import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Script } from '../../src/scripted-model/script.js';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { startDht } from '../support/dht.js';
import { refusalOf } from '../support/fault-gateway.js';
import { startGateway } from '../support/gateway.js';
import { startModelServer } from '../support/model-server.js';
import { createOpenAI } from '../support/openai-client.js';
import { startProvider, type TestProvider } from '../support/provider.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const home = tempFolder();
const env = await startDht(home);
const seedFile = join(home, 'provider-seed');
const CALL = { name: 'get_weather', arguments: { city: 'Rome' } };
/** Calls a tool, and is on a server. */
const CALLER: Script = {
  name: 'caller',
  replies: [{ text: `<tool_call>${JSON.stringify(CALL)}</tool_call>` }],
};
const server = await startModelServer();
server.put('/caller.gguf', createScriptedModel(CALLER));
const url = `${server.origin}/caller.gguf`;
// So large that a reply that nobody ends takes longer than the test may.
const offered = writeScriptedConfig(folder, [[ALPHA, { config: { ctx_size: 32_768 } }], [BETA]]);
const { serve } = JSON.parse(readFileSync(offered, 'utf8'));
serve.models.caller = { src: url, type: 'llm', config: { ctx_size: 2048, device: 'cpu', tools: true } };
writeFileSync(offered, JSON.stringify({ serve }));

/** The config of a gateway in which the models are another peer's. */
function writeDelegateConfig(providerPublicKey: string): string {
  const path = join(home, 'qvac.config.json');
  const at = (index: number) => join(folder, `model-${index}.gguf`);
  const delegate = { providerPublicKey, timeout: 10_000 };
  const models = {
    far: { src: at(0), type: 'llm', delegate },
    // Its key is on no list.
    stranger: { src: at(0), type: 'llm', delegate },
    caller: { src: url, type: 'llm', config: { tools: true }, delegate },
    secret: { src: '/etc/hostname', type: 'llm', delegate },
    nowhere: { src: at(0), type: 'llm', delegate: { ...delegate, providerPublicKey: 'ab'.repeat(32) } },
    near: {
      src: at(1),
      type: 'llm',
      config: { device: 'cpu' },
      delegate: { ...delegate, providerPublicKey: 'ab'.repeat(32), fallbackToLocal: true },
    },
  };
  writeFileSync(path, JSON.stringify({ serve: { models } }));
  return path;
}

// The keys are the same at each start: they are in the home.
const first = await startGateway(['-c', writeDelegateConfig('ab'.repeat(32))], home, env);
const keyOf = async (alias: string): Promise<string> =>
  String((await first.logged(({ model, peerKey }) => model === alias && peerKey !== undefined)).peerKey);
const allowed = [await keyOf('far'), await keyOf('caller'), await keyOf('secret')];
await first.stop();
const provider = await provide();

function provide(): Promise<TestProvider> {
  return startProvider(['-c', offered, '--seed-file', seedFile, '--allow', ...allowed], folder, env);
}

const gateway = await startGateway(['-c', writeDelegateConfig(provider.publicKey)], home, env);
const openai = createOpenAI(gateway.url);
const ask = (model: string, content = 'hello') =>
  openai.chat.completions.create({ model, messages: [{ role: 'user', content }] });

describe('a model that runs on another peer', { timeout: 120_000 }, () => {
  test('answers with the very text, streamed too', async () => {
    const reply = await ask('far');
    assert.equal(reply.choices[0]?.message.content, fallbackOf(ALPHA));
    const messages = [{ role: 'user' as const, content: 'hello' }];
    const stream = await openai.chat.completions.create({ model: 'far', messages, stream: true });
    let text = '';
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? '';
    assert.equal(text, fallbackOf(ALPHA));
  });

  test('is freed when its client goes', { timeout: 20_000 }, async () => {
    const messages = [{ role: 'user' as const, content: 'say it for ever' }];
    const stream = await openai.chat.completions.create({ model: 'far', messages, stream: true });
    for await (const _ of stream) break; // which closes the connection
    assert.equal((await ask('far')).choices[0]?.message.content, fallbackOf(ALPHA));
  });

  test('calls tools, and comes from where its provider finds it', async () => {
    const reply = await openai.chat.completions.create({
      model: 'caller',
      messages: [{ role: 'user', content: 'hello' }],
      tools: [{ type: 'function', function: { name: CALL.name, parameters: { type: 'object' } } }],
    });
    const [call] = reply.choices[0]?.message.tool_calls ?? [];
    assert.ok(call?.type === 'function');
    assert.equal(call.function.name, CALL.name);
    assert.deepEqual(JSON.parse(call.function.arguments), CALL.arguments);
    assert.equal(reply.choices[0]?.finish_reason, 'tool_calls');
  });

  test('is there again after it was unloaded here', async () => {
    const unloaded = await fetch(`${gateway.url}/v1/models/far`, { method: 'DELETE' });
    assert.equal(unloaded.status, 200, await unloaded.text());
    assert.equal((await ask('far')).choices[0]?.message.content, fallbackOf(ALPHA));
  });

  test('is not there for a peer that is not allowed', async () => {
    await assert.rejects(ask('stranger'), { status: 500, code: 'model_load_failed' });
  });

  test('is no other file of the provider', async () => {
    await assert.rejects(ask('secret'), /does not offer the model/);
  });

  test('is left alone for half a minute after five failures', async () => {
    const failures: string[] = [];
    let refusal = await refusalOf(ask('secret'));
    while (refusal.code !== 'model_quarantined') {
      failures.push(String(refusal.code));
      refusal = await refusalOf(ask('secret'));
    }
    assert.deepEqual(new Set(failures), new Set(['model_load_failed']));
    const seconds = Number(refusal.headers?.get('retry-after'));
    assert.ok(seconds <= 30, `${seconds}`);
  });

  test('says which peer is not there', async () => {
    await assert.rejects(ask('nowhere'), /the peer abababab… .*not found on the DHT/);
  });

  test('is loaded here if it may be and the peer is not there', async () => {
    assert.equal((await ask('near')).choices[0]?.message.content, fallbackOf(BETA));
  });

  test('ends its call with an error when the peer dies, and comes back with it', async () => {
    const messages = [{ role: 'user' as const, content: 'say it for ever' }];
    const stream = await openai.chat.completions.create({ model: 'far', messages, stream: true });
    await assert.rejects(async () => {
      let isKilled = false;
      for await (const _ of stream) {
        if (!isKilled) await provider.kill();
        isKilled = true;
      }
    }, /the connection to the peer that runs it broke/);
    await provide();
    assert.equal((await ask('far')).choices[0]?.message.content, fallbackOf(ALPHA));
  });
});

test("the provider's identity is its owner's alone", { skip: process.platform === 'win32' }, () => {
  assert.match(readFileSync(seedFile, 'utf8'), /^[0-9a-f]{64}\n$/);
  assert.equal(statSync(seedFile).mode & 0o777, 0o600);
});
