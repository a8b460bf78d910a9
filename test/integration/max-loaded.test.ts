import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startEndlessStream } from '../support/endless-stream.js';
import { refusalOf, startFaultGateway } from '../support/fault-gateway.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const GAMMA = { ...BETA, name: 'gamma' };

/** A gateway with these models, of which so many may be loaded at once. */
async function startLimited(maxLoaded: number, models: Parameters<typeof writeScriptedConfig>[1]) {
  const folder = tempFolder();
  return startFaultGateway(writeScriptedConfig(folder, models, { maxLoaded }), folder);
}

test('one model at a time', async () => {
  const { ask, listed, log, loggedOf } = await startLimited(1, [[ALPHA, { preload: true }], [BETA], [GAMMA]]);
  assert.deepEqual(await listed(), ['alpha']);
  for (const script of [BETA, GAMMA, ALPHA]) {
    assert.equal(await ask(script.name), fallbackOf(script));
    assert.deepEqual(await listed(), [script.name]);
  }
  await loggedOf('gamma', 'model evicted', 0); // the last
  assert.equal(log.filter(({ msg }) => msg === 'model evicted').length, 3);
});

test('a load waits for a stream of the only one that may be loaded', async () => {
  const { ask, openai, loggedOf, stateOf, log } = await startLimited(1, [
    [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
    [BETA],
  ]);
  const stream = await startEndlessStream(openai, ALPHA);
  const answer = ask('beta');
  await loggedOf('beta', 'model loading', 0);
  await stream.more(1_000);
  assert.equal(await stateOf('beta'), 'loading');
  assert.ok(!log.some(({ msg }) => msg === 'model evicted'));
  await stream.stop();
  assert.equal(await answer, fallbackOf(BETA));
  assert.equal(await stateOf('alpha'), 'idle');
});

test('a pinned model stays, and what does not fit beside it at the start is told of', async () => {
  const gateway = await startLimited(2, [
    [ALPHA, { preload: true, pinned: true }],
    [BETA, { preload: true }],
    [GAMMA, { preload: true }],
  ]);
  const { ask, listed, log, unload } = gateway;
  assert.deepEqual(await listed(), ['alpha', 'beta']);
  const started = await gateway.logged(({ msg }) => msg === 'gateway started');
  const [, , gamma] = started.models as { isLoaded: boolean; failure?: string }[];
  assert.equal(gamma?.isLoaded, false);
  assert.match(gamma?.failure ?? '', /serve\.maxLoaded is 2\. Loaded are one of \d+ MB \(\w+\), one of /);
  assert.ok(!log.some(({ msg }) => msg === 'model evicted'));

  await ask('beta');
  await ask('alpha');
  assert.equal(await ask('gamma'), fallbackOf(GAMMA));
  assert.deepEqual(await listed(), ['alpha', 'gamma']);
  assert.equal(await ask('beta'), fallbackOf(BETA));
  assert.deepEqual(await listed(), ['alpha', 'beta']);
  assert.equal((await unload('alpha')).status, 200); // by hand it can be
  assert.deepEqual(await listed(), ['beta']);
});

test('where only pinned ones are loaded, another is refused', async () => {
  const { ask } = await startLimited(1, [[ALPHA, { preload: true, pinned: true }], [BETA]]);
  const error = await refusalOf(ask('beta'));
  assert.equal(error.code, 'insufficient_memory');
  assert.equal(error.headers?.get('x-should-retry'), 'true');
  assert.ok(error.headers?.get('retry-after'));
  assert.doesNotMatch(error.message, /alpha/); // a client's key may not allow it
  assert.match(error.message, /serve\.maxLoaded is 1\. Loaded are one of \d+ MB \(pinned\); /);
});
