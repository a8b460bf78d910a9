import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayStatus } from '../../src/protocol/status.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { openEvents } from '../support/event-reader.js';
import { refusalOf, startFaultGateway } from '../support/fault-gateway.js';
import { createHeldEngines } from '../support/held-engines.js';
import { isAlive } from '../support/processes.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const MB = 1024 * 1024;
const GAMMA = { ...BETA, name: 'gamma' };
const DELTA = { ...BETA, name: 'delta' };

const BUDGET_MB = 2048;
const folder = tempFolder();
const config = writeScriptedConfig(
  folder,
  [
    [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
    [BETA],
    [GAMMA],
    [DELTA, { config: { ctx_size: 32_000_000 } }],
  ],
  { maxLoaded: 2, memory: { budget: `${BUDGET_MB}MB` } },
);
const engines = createHeldEngines(folder);
const gateway = await startFaultGateway(config, folder, { env: engines.env });
const { openai, ask, unload, pidOf, loggedOf, statusOf } = gateway;

async function status(): Promise<GatewayStatus> {
  return (await (await fetch(`${gateway.url}/qvac/v1/status`)).json()) as GatewayStatus;
}

async function evictionsOf(model: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(new RegExp(`^qvac_gateway_evictions_total{model="${model}"} (\\d+)$`, 'm').exec(text)?.[1]);
}

test('the model that was not used for longest goes for the next, and its memory is back', async () => {
  const events = await openEvents(`${gateway.url}/qvac/v1/events`);
  const mark = await gateway.mark();
  await ask('beta');
  const pid = await pidOf('alpha');
  assert.equal(await ask('gamma'), fallbackOf(GAMMA));
  assert.ok(!isAlive(pid));
  assert.deepEqual((await gateway.listed()).sort(), ['beta', 'gamma']);
  await events.until(
    ({ model, event, reason }) => model === 'alpha' && event === 'unload' && reason === "evicted for 'gamma'",
  );
  events.close();
  const line = await loggedOf('alpha', 'model evicted', mark);
  assert.equal(line.for, 'gamma');
  assert.equal(line.budgetBytes, BUDGET_MB * MB);
  assert.equal(await evictionsOf('alpha'), 1);
  assert.equal(await evictionsOf('beta'), 0);

  assert.equal(await ask('beta'), fallbackOf(BETA)); // now gamma's turn is next
  assert.equal(await ask('alpha'), fallbackOf(ALPHA));
  assert.deepEqual((await gateway.listed()).sort(), ['alpha', 'beta']);
});

test('what a model takes is told, before and after it is loaded', async () => {
  await unload('beta');
  await ask('alpha');
  const whole = await status();
  const [alpha, beta] = [await statusOf('alpha'), await statusOf('beta')];
  assert.equal(whole.memory_budget_bytes, BUDGET_MB * MB);
  assert.equal(whole.memory_reserved_bytes, alpha.memory_reserved_bytes);
  assert.ok(alpha.memory_reserved_bytes >= alpha.memory_estimate_bytes);
  assert.ok(beta.memory_estimate_bytes > 90 * MB && beta.memory_estimate_bytes < 140 * MB);
  assert.equal(beta.memory_reserved_bytes, 0);
});

test('a model that is too large for the budget is refused at once, and nothing is unloaded for it', async () => {
  const { status: code, message, headers, ...error } = await refusalOf(ask('delta'));
  assert.equal(code, 503);
  assert.equal(error.code, 'model_too_large');
  assert.match(message, /needs about 3\.\d GB, and all models together may have 2\.0 GB.* ctx_size/);
  assert.equal(headers?.get('x-should-retry'), 'false'); // it would be in vain
  assert.deepEqual(await gateway.listed(), ['alpha']);
  const { state, last_exit } = await statusOf('delta');
  assert.equal(state, 'idle');
  assert.equal(last_exit?.code, 'model_too_large');
});

test('a model that answers is never evicted, and its stream does not notice what goes on beside it', async (t) => {
  const witness = await startEndlessStream(openai, ALPHA);
  const pid = await pidOf('alpha');
  for (const model of ['beta', 'gamma', 'beta']) {
    const before = witness.text.length;
    const mark = await gateway.mark();
    engines.hold();
    const answer = ask(model);
    await engines.held();
    await witness.more(100); // while it is loaded
    engines.release();
    await loggedOf(model, 'model loaded', mark);
    assert.ok((await answer)?.startsWith('Greetings'));
    t.diagnostic(`${model}: ${witness.text.length - before} characters came`);
  }
  t.diagnostic(`the largest gap was ${witness.largestGapMs.toFixed(1)} ms`);
  assert.equal(await pidOf('alpha'), pid);
  assert.ok(isAlive(pid));
  await witness.more(500);
  await witness.stop();
});

test('loads that compete for the same room are all served', async () => {
  const models = [ALPHA, BETA, GAMMA];
  const asked = [...models, ...models.toReversed()];
  const answers = await Promise.all(asked.map(({ name }) => ask(name)));
  assert.deepEqual(answers, asked.map(fallbackOf));
});

test('a model whose worker dies comes back into its own memory', async () => {
  await ask('alpha');
  const pid = await pidOf('alpha');
  const mark = await gateway.mark();
  process.kill(pid, 'SIGKILL');
  await loggedOf('alpha', 'model worker died', mark);
  await loggedOf('alpha', 'model loaded', mark);
  assert.equal(await ask('alpha'), fallbackOf(ALPHA));
  assert.ok(!gateway.log.slice(mark).some(({ msg }) => msg === 'model evicted'));
});

test('where the memory is too small for two, each makes room for the next', async () => {
  // Some 230 MB of cache, and 70 to 250 MB beside it: less, where others share the program's pages.
  const large = { config: { ctx_size: 1_600_000 } };
  const folder = tempFolder();
  const config = writeScriptedConfig(
    folder,
    [
      [ALPHA, large],
      [BETA, large],
    ],
    { memory: { budget: '600MB' } },
  );
  const { ask, log, loggedOf } = await startFaultGateway(config, folder);
  for (const script of [ALPHA, BETA, ALPHA]) assert.equal(await ask(script.name), fallbackOf(script));
  await loggedOf('beta', 'model evicted', 0);
  const evicted = log.filter(({ msg }) => msg === 'model evicted');
  assert.deepEqual(
    evicted.map(({ model, for: next }) => [model, next]),
    [
      ['alpha', 'beta'],
      ['beta', 'alpha'],
    ],
  );
  for (const { bytes } of evicted) assert.ok((bytes as number) > 280 * MB);
});
