/** A peer that stands still, and goes on later, while a gateway has models there. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type OpenAI from 'openai';
import { startDht } from '../support/dht.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { refusalOf, startFaultGateway } from '../support/fault-gateway.js';
import { startProvider } from '../support/provider.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const home = tempFolder();
const env = await startDht(home);
const long = { ctx_size: 131_072, threads: 1 };
const offered = writeScriptedConfig(folder, [[ALPHA, { config: long }]]);
const provider = await startProvider(['-c', offered, '--allow-anyone'], folder, env);

const config = writeScriptedConfig(home, [[BETA, { preload: true, config: long }]]);
const src = join(folder, 'model-0.gguf');
const delegate = { providerPublicKey: provider.publicKey, timeout: 5_000 };
const far = { src, type: 'llm', config: long, delegate, stallTimeoutMs: 5_000 };
const { serve } = JSON.parse(readFileSync(config, 'utf8'));
Object.assign(serve.models, {
  alpha: far,
  hasty: { ...far, delegate: { providerPublicKey: provider.publicKey }, loadTimeoutMs: 2_000 },
  near: { ...far, delegate: { ...delegate, fallbackToLocal: true } },
});
writeFileSync(config, JSON.stringify({ serve }));
const gateway = await startFaultGateway(config, home, { env });

/** Asks a model, which is loaded for that. @returns whether it was loaded into the memory of its own process. */
async function isLoadedHere(alias: string): Promise<boolean> {
  const mark = await gateway.mark();
  assert.equal(await gateway.ask(alias), fallbackOf(ALPHA));
  const { pid } = await gateway.loggedOf(alias, 'model loaded', mark);
  return readFileSync(`/proc/${pid}/maps`, 'utf8').includes(src);
}

describe('a peer that stands still', { timeout: 120_000, skip: process.platform !== 'linux' }, () => {
  test('within an answer: the call ends, models of this machine do not notice, and who waits is answered when it goes on', async () => {
    const witness = await startEndlessStream(gateway.openai, BETA);
    const struck = await startEndlessStream(gateway.openai, ALPHA);
    const mark = await gateway.mark();
    const waiting = gateway.ask('alpha');
    await gateway.loggedOf('alpha', 'call queued', mark);
    provider.signal('SIGSTOP');
    const error = (await struck.ended) as InstanceType<typeof OpenAI.APIError>;
    assert.equal(error.code, 'worker_hung');
    await gateway.loggedOf('alpha', 'model load failed', mark);
    provider.signal('SIGCONT');
    assert.equal(await waiting, fallbackOf(ALPHA));
    await witness.more(500);
    await witness.stop();
  });

  test('while a model is loaded there: the call ends with the load', async (t) => {
    assert.equal((await gateway.unload('alpha')).status, 200);
    provider.signal('SIGSTOP');
    t.after(() => provider.signal('SIGCONT'));
    const [{ code, message }, hasty] = await Promise.all([
      refusalOf(gateway.ask('alpha')),
      refusalOf(gateway.ask('hasty')),
    ]);
    assert.equal(code, 'model_load_failed', message);
    assert.match(message, new RegExp(`the peer ${provider.publicKey.slice(0, 8)}…`));
    assert.equal(hasty.code, 'model_load_timeout');
  });

  test('and one that may be loaded here: the next call is answered here, and there again when it was loaded anew', async () => {
    assert.equal(await isLoadedHere('near'), false);
    provider.signal('SIGSTOP');
    assert.equal(await isLoadedHere('near'), true);
    provider.signal('SIGCONT');
    assert.equal(await gateway.ask('near'), fallbackOf(ALPHA));
    assert.equal((await gateway.unload('near')).status, 200);
    assert.equal(await isLoadedHere('near'), false);
  });
});
