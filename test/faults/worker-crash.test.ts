import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type OpenAI from 'openai';
import { type EndlessStream, startEndlessStream } from '../support/endless-stream.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { untilDead } from '../support/processes.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const long = { preload: true, config: { ctx_size: 131_072 } };
const gateway = await startGateway(
  [
    '-v',
    '-c',
    writeScriptedConfig(folder, [
      [ALPHA, long],
      [BETA, long],
    ]),
  ],
  folder,
);
const openai = createOpenAI(gateway.url);

function pidOf(alias: string): number {
  const line = gateway.log.findLast(({ msg, model }) => msg === 'model loaded' && model === alias);
  return line?.pid as number;
}

const logged = (msg: string, since: number) =>
  gateway.logged((line) => line.msg === msg && line.model === 'beta', since);

const ask = (model: string, content = 'Hello!') =>
  openai.chat.completions.create({ model, messages: [{ role: 'user', content }] });

async function stateOf(alias: string): Promise<string | undefined> {
  const response = await fetch(`${gateway.url}/v1/models?state=all`);
  const { data } = (await response.json()) as { data: { id: string; state: string }[] };
  return data.find(({ id }) => id === alias)?.state;
}

async function listed(): Promise<string[]> {
  return (await openai.models.list()).data.map(({ id }) => id);
}

/** Kills beta's engine while `witness` streams from alpha, which must not notice until beta is back. */
async function killBeta(witness: EndlessStream, signal: NodeJS.Signals): Promise<void> {
  const mark = gateway.log.length;
  const pid = pidOf('beta');
  process.kill(pid, signal);
  const { code, reason } = await logged('model worker died', mark);
  assert.equal(code, 'worker_crashed');
  assert.match(String(reason), new RegExp(signal));
  await witness.more(500);
  assert.notEqual(await stateOf('beta'), 'ready');
  assert.deepEqual(await listed(), ['alpha']);
  await logged('model loaded', mark);
  await untilDead(pid);
  await witness.more(500);
}

describe('a model whose engine is killed', () => {
  for (const signal of ['SIGKILL', 'SIGSEGV', 'SIGABRT'] as const) {
    test(`with ${signal}: its stream says so, a call that waits is answered, others do not notice`, async () => {
      const witness = await startEndlessStream(openai, ALPHA);
      const struck = await startEndlessStream(openai, BETA);
      const waiting = ask('beta');
      await logged('call queued', gateway.log.length - 50);
      await killBeta(witness, signal);
      const error = (await struck.ended) as InstanceType<typeof OpenAI.APIError>;
      assert.equal(error.code, 'worker_crashed');
      assert.match(error.message, new RegExp(`'beta'.*${signal}`));
      assert.equal((await waiting).choices[0]?.message.content, fallbackOf(BETA));
      assert.deepEqual(await listed(), ['alpha', 'beta']);
      await witness.stop();
      await openai.delete('/models/beta'); // a new series of failures
      await ask('beta');
    });
  }

  test('a blocking call gets 503, and when to come back', async () => {
    const mark = gateway.log.length;
    const call = openai.chat.completions
      .create({ model: 'beta', messages: [{ role: 'user', content: 'for ever' }], max_tokens: 120_000 })
      .catch((error: unknown) => error);
    await logged('call started', mark);
    const witness = await startEndlessStream(openai, ALPHA); // long enough for beta's first token to have come
    await killBeta(witness, 'SIGKILL');
    const { status, code, headers } = (await call) as InstanceType<typeof OpenAI.APIError>;
    assert.deepEqual([status, code], [503, 'worker_crashed']);
    assert.equal(headers?.get('x-should-retry'), 'true');
    assert.match(headers?.get('retry-after') ?? '', /^[1-9]\d*$/);
    await witness.stop();
  });

  test('while nobody asks comes back by itself', async () => {
    const mark = gateway.log.length;
    process.kill(pidOf('beta'), 'SIGKILL');
    await logged('model loaded', mark);
    assert.deepEqual(await listed(), ['alpha', 'beta']);
  });

  test('again and again is left alone, until it is unloaded', { timeout: 60_000 }, async () => {
    await openai.delete('/models/beta');
    await ask('beta');
    for (let kills = 1; kills <= 5; kills += 1) {
      const mark = gateway.log.length;
      process.kill(pidOf('beta'), 'SIGKILL');
      await logged(kills < 5 ? 'model loaded' : 'model quarantined', mark);
    }
    assert.equal(await stateOf('beta'), 'failed');
    assert.deepEqual(await listed(), ['alpha']);
    const error = (await ask('beta').catch((reason: unknown) => reason)) as InstanceType<
      typeof OpenAI.APIError
    >;
    assert.deepEqual([error.status, error.code], [503, 'model_quarantined']);
    assert.match(error.message, /5 times in a row.*DELETE \/v1\/models\/beta.*SIGKILL/);
    assert.ok(Number(error.headers?.get('retry-after')) > 200);
    assert.equal((await ask('alpha')).choices[0]?.message.content, fallbackOf(ALPHA));

    await openai.delete('/models/beta');
    assert.equal((await ask('beta')).choices[0]?.message.content, fallbackOf(BETA));
  });
});
