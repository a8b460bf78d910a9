import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type OpenAI from 'openai';
import { type EndlessStream, startEndlessStream } from '../support/endless-stream.js';
import { refusalOf, startFaultGateway } from '../support/fault-gateway.js';
import { createHeldEngines } from '../support/held-engines.js';
import { untilDead } from '../support/processes.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const long = { preload: true, config: { ctx_size: 131_072 } };
const config = writeScriptedConfig(folder, [
  [ALPHA, long],
  [BETA, long],
]);
const engines = createHeldEngines(folder);
const gateway = await startFaultGateway(config, folder, { env: engines.env });
const { openai } = gateway;

/** Kills beta's engine while `witness` streams from alpha, which must not notice until beta is back. */
async function killBeta(witness: EndlessStream, signal: NodeJS.Signals): Promise<void> {
  const pid = await gateway.pidOf('beta');
  const mark = await gateway.mark();
  engines.hold(); // or it might be back before anybody has looked
  process.kill(pid, signal);
  const { code, reason } = await gateway.loggedOf('beta', 'model worker died', mark);
  assert.equal(code, 'worker_crashed');
  assert.match(String(reason), new RegExp(signal));
  assert.notEqual(await gateway.stateOf('beta'), 'ready');
  assert.deepEqual(await gateway.listed(), ['alpha']);
  await witness.more(100);
  await engines.held();
  engines.release();
  await gateway.loggedOf('beta', 'model loaded', mark);
  await untilDead(pid);
  await witness.more(500);
}

/** Tokens of its replies so far. */
async function tokensOfBeta(): Promise<number> {
  return (await gateway.statusOf('beta')).tokens.completion_total;
}

describe('a model whose engine is killed', () => {
  for (const signal of ['SIGKILL', 'SIGSEGV', 'SIGABRT'] as const) {
    test(`with ${signal}: its stream says so, a call that waits is answered, others do not notice`, async () => {
      const witness = await startEndlessStream(openai, ALPHA);
      const struck = await startEndlessStream(openai, BETA);
      const mark = await gateway.mark();
      const waiting = gateway.ask('beta');
      await gateway.loggedOf('beta', 'call queued', mark);
      await killBeta(witness, signal);
      const error = (await struck.ended) as InstanceType<typeof OpenAI.APIError>;
      assert.equal(error.code, 'worker_crashed');
      assert.match(error.message, new RegExp(`'beta'.*${signal}`));
      assert.equal(await waiting, fallbackOf(BETA));
      assert.deepEqual(await gateway.listed(), ['alpha', 'beta']);
      await witness.stop();
      await openai.models.delete('beta'); // a new series of failures
      await gateway.ask('beta');
    });
  }

  test('a blocking call gets 503, and when to come back', async () => {
    const before = await tokensOfBeta();
    const call = openai.chat.completions.create({
      model: 'beta',
      messages: [{ role: 'user', content: 'for ever' }],
      max_tokens: 120_000,
    });
    const refused = refusalOf(call);
    while ((await tokensOfBeta()) === before); // one of which nothing has come is sent once more
    const witness = await startEndlessStream(openai, ALPHA);
    await killBeta(witness, 'SIGKILL');
    const { status, code, headers } = await refused;
    assert.deepEqual([status, code], [503, 'worker_crashed']);
    assert.equal(headers?.get('x-should-retry'), 'true');
    assert.match(headers?.get('retry-after') ?? '', /^[1-9]\d*$/);
    await witness.stop();
  });

  test('while nobody asks comes back by itself', async () => {
    const pid = await gateway.pidOf('beta');
    const mark = await gateway.mark();
    process.kill(pid, 'SIGKILL');
    await gateway.loggedOf('beta', 'model loaded', mark);
    assert.deepEqual(await gateway.listed(), ['alpha', 'beta']);
  });

  test('again and again is left alone, until it is unloaded', async () => {
    await openai.models.delete('beta');
    await gateway.ask('beta');
    for (let kills = 1; kills <= 5; kills += 1) {
      const pid = await gateway.pidOf('beta');
      const mark = await gateway.mark();
      process.kill(pid, 'SIGKILL');
      await gateway.loggedOf('beta', kills < 5 ? 'model loaded' : 'model quarantined', mark);
    }
    assert.equal(await gateway.stateOf('beta'), 'failed');
    assert.deepEqual(await gateway.listed(), ['alpha']);
    const { status, code, message, headers } = await refusalOf(gateway.ask('beta'));
    assert.deepEqual([status, code], [503, 'model_quarantined']);
    assert.match(message, /5 times in a row.*DELETE \/v1\/models\/beta.*SIGKILL/);
    assert.ok(Number(headers?.get('retry-after')) > 200);
    assert.equal(await gateway.ask('alpha'), fallbackOf(ALPHA));

    await openai.models.delete('beta');
    assert.equal(await gateway.ask('beta'), fallbackOf(BETA));
  });
});
