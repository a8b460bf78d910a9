import assert from 'node:assert/strict';
import { test } from 'node:test';
import type OpenAI from 'openai';
import { startEndlessStream } from '../support/endless-stream.js';
import { refusalOf, startFaultGateway } from '../support/fault-gateway.js';
import { createHeldEngines } from '../support/held-engines.js';
import { childrenOf, untilDead } from '../support/processes.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const long = { ctx_size: 131_072 };
const config = writeScriptedConfig(folder, [
  [ALPHA, { preload: true, config: long }],
  [BETA, { preload: true, config: long, stallTimeoutMs: 1_000 }],
  [{ ...BETA, name: 'gamma' }, { loadTimeoutMs: 1_000 }],
]);
const engines = createHeldEngines(folder);
const gateway = await startFaultGateway(config, folder, { env: engines.env });
const { openai } = gateway;

test('an engine that is stopped in mid-stream is replaced; its stream says so, and others do not notice', async () => {
  const witness = await startEndlessStream(openai, ALPHA);
  const struck = await startEndlessStream(openai, BETA);
  const mark = await gateway.mark();
  const waiting = gateway.ask('beta');
  await gateway.loggedOf('beta', 'call queued', mark);
  const pid = await gateway.pidOf('beta');
  process.kill(pid, 'SIGSTOP');
  const { code } = await gateway.loggedOf('beta', 'model worker died', mark);
  assert.equal(code, 'worker_hung');
  const error = (await struck.ended) as InstanceType<typeof OpenAI.APIError>;
  assert.equal(error.code, 'worker_hung');
  assert.match(error.message, /'beta'.*neither answered nor worked for 1 s/);
  assert.equal(await waiting, fallbackOf(BETA));
  await untilDead(pid);
  await witness.more(500);
  await witness.stop();
});

test('an engine that is stopped while idle is found out by the next call, which is answered by another', async () => {
  const pid = await gateway.pidOf('beta');
  process.kill(pid, 'SIGSTOP');
  assert.equal(await gateway.ask('beta'), fallbackOf(BETA));
  await untilDead(pid);
});

test('an engine that works on a long prompt is not taken for hung', async (t) => {
  const mark = await gateway.mark();
  const startedAt = performance.now();
  assert.equal(await gateway.ask('beta', 'word '.repeat(8_000)), fallbackOf(BETA));
  const seconds = (performance.now() - startedAt) / 1000;
  t.diagnostic(`the prompt took ${seconds.toFixed(1)} s`);
  assert.ok(seconds > 1, 'the prompt was too short to say anything');
  assert.ok(!gateway.log.slice(mark).some(({ msg }) => msg === 'model worker died'));
});

test('a load that does not end is ended', async () => {
  const before = childrenOf(gateway.gatewayPid);
  engines.hold();
  const { status, code, message } = await refusalOf(gateway.ask('gamma'));
  assert.deepEqual([status, code], [503, 'model_load_timeout']);
  assert.match(message, /'gamma' was not loaded within 1 s.*'loadTimeoutMs'/);
  assert.deepEqual(childrenOf(gateway.gatewayPid), before);
  assert.equal(await gateway.ask('alpha'), fallbackOf(ALPHA));
});
