import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import type OpenAI from 'openai';
import { startEndlessStream } from '../support/endless-stream.js';
import { refusalOf, startFaultGateway } from '../support/fault-gateway.js';
import { createHeldEngines } from '../support/held-engines.js';
import { usageOf, WITHOUT_PROC } from '../support/process-tree.js';
import { isAlive } from '../support/processes.js';
import { readError } from '../support/read-reply.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const MB = 1024 * 1024;

const folder = tempFolder();
const long = { config: { ctx_size: 131_072 } };
const config = writeScriptedConfig(folder, [
  [ALPHA, { ...long, preload: true }],
  [BETA, long],
]);
const engines = createHeldEngines(folder);
const gateway = await startFaultGateway(config, folder, { env: { TMPDIR: folder, ...engines.env } });
const { openai, ask, unload, stateOf, statusOf, pidOf, loggedOf } = gateway;

type ApiError = InstanceType<typeof OpenAI.APIError>;
const timesLogged = (msg: string, since: number): number =>
  gateway.log.slice(since).filter((line) => line.msg === msg && line.model === 'beta').length;

/** Resolves when the model drains. */
async function untilDraining(model: string): Promise<void> {
  while ((await stateOf(model)) !== 'draining');
}

/** A model that is loaded, and its engine's process. */
async function loaded(model: string): Promise<number> {
  await ask(model);
  const pid = await pidOf(model);
  assert.ok(isAlive(pid));
  return pid;
}

describe('a model that is unloaded', () => {
  test('leaves no process and no socket, and loads again on the next request', async () => {
    const pid = await loaded('beta');
    assert.equal((await openai.models.delete('beta')).id, 'beta');
    assert.ok(!isAlive(pid), 'the process is gone when the reply is there');
    assert.deepEqual(
      (await openai.models.list()).data.map(({ id }) => id),
      ['alpha'],
    );
    const sockets = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.sock'),
    );
    if (process.platform !== 'win32') assert.equal(sockets.length, 1, 'only that of alpha is left');
    assert.equal(await ask('beta'), fallbackOf(BETA));
    assert.notEqual(await pidOf('beta'), pid);
  });

  test('twice at once is unloaded once, and one that is not loaded is unloaded', async () => {
    await loaded('beta');
    const mark = await gateway.mark();
    const replies = await Promise.all([openai.models.delete('beta'), openai.models.delete('beta')]);
    for (const reply of replies) assert.equal(reply.deleted, true);
    assert.equal((await openai.models.delete('beta')).deleted, true);
    await loggedOf('beta', 'model unloaded', mark);
    assert.equal(timesLogged('model unloaded', mark), 1);
  });

  test('gives its memory back', { skip: WITHOUT_PROC, timeout: 60_000 }, async () => {
    const unloadedBytes: number[] = [];
    for (let cycle = 0; cycle < 4; cycle += 1) {
      await loaded('beta');
      const loadedBytes = usageOf(gateway.pid).rssBytes;
      await unload('beta');
      const bytes = usageOf(gateway.pid).rssBytes;
      assert.ok(loadedBytes - bytes > 50 * MB, `${(loadedBytes - bytes) / MB} MB came back`);
      unloadedBytes.push(bytes);
    }
    const warm = Math.max(...unloadedBytes.slice(0, 2));
    const later = Math.min(...unloadedBytes.slice(2));
    assert.ok(later - warm < 4 * MB, `from ${warm / MB} MB to ${later / MB} MB`);
  });
});

describe('an unload', () => {
  test('lets a running call finish, and one that comes then loads the model again', async () => {
    const pid = await loaded('beta');
    process.kill(pid, 'SIGSTOP'); // the call runs for as long as the test wants
    const running = openai.chat.completions.create(
      { model: 'beta', messages: [{ role: 'user', content: 'for ever' }], max_tokens: 1_000, stream: true },
      { headers: { 'x-request-id': 'running' } },
    );
    while ((await statusOf('beta')).calls[0]?.id !== 'running');
    const mark = await gateway.mark();
    const unloading = openai.models.delete('beta');
    await untilDraining('beta');
    const late = ask('beta');
    process.kill(pid, 'SIGCONT');
    let deltas = 0;
    for await (const _ of await running) deltas += 1;
    assert.ok(deltas >= 1_000, `the running call was cut after ${deltas}`);
    assert.equal((await unloading).deleted, true);
    assert.equal(await late, fallbackOf(BETA));
    await loggedOf('beta', 'model loaded', mark);
    const story = gateway.log.slice(mark).map(({ msg }) => msg);
    assert.ok(story.indexOf('model unloaded') < story.lastIndexOf('model loaded'), story.join(', '));
  });

  test('cancels at its deadline what still runs: streams end with an error, blocking calls get 503', async () => {
    for (const call of ['stream', 'blocking'] as const) {
      const pid = await loaded('beta');
      const mark = await gateway.mark();
      const stream = call === 'stream' ? await startEndlessStream(openai, BETA) : undefined;
      const ended = stream?.ended ?? refusalOf(ask('beta', 'for ever'));
      while ((await statusOf('beta')).calls.length === 0);
      const unloading = unload('beta', '?timeout_ms=2000');
      await untilDraining('beta');
      await stream?.more(100); // it may go on until then
      const { status, code, message, headers } = (await ended) as ApiError;
      assert.equal(code, 'model_unloaded');
      assert.match(message, /'beta' was unloaded while it answered/);
      if (call === 'blocking') {
        assert.equal(status, 503);
        assert.equal(headers?.get('x-should-retry'), 'true');
        assert.ok(headers?.get('retry-after'));
      }
      assert.equal((await unloading).status, 200);
      assert.ok(!isAlive(pid));
      assert.equal(await stateOf('beta'), 'idle');
      assert.equal(timesLogged('model loading', mark), 0, 'a cancelled call is not sent once more');
    }
  });

  test('with drain=now cancels at once', async () => {
    const pid = await loaded('beta');
    const stream = await startEndlessStream(openai, BETA);
    const startedAt = performance.now();
    assert.equal((await unload('beta', '?drain=now')).status, 200);
    assert.ok(
      performance.now() - startedAt < 15_000,
      'it did not wait for the 30 s that calls have otherwise',
    );
    assert.ok(!isAlive(pid));
    assert.equal(((await stream.ended) as ApiError).code, 'model_unloaded');
  });

  test('with drain=now does not wait for the deadline of another', async () => {
    const pid = await loaded('beta');
    const stream = await startEndlessStream(openai, BETA);
    const mark = await gateway.mark();
    const patient = unload('beta', '?timeout_ms=3600000');
    await untilDraining('beta');
    await stream.more(100);
    assert.equal((await unload('beta', '?drain=now')).status, 200);
    assert.equal((await patient).status, 200);
    assert.ok(!isAlive(pid));
    assert.equal(((await stream.ended) as ApiError).code, 'model_unloaded');
    await loggedOf('beta', 'model unloaded', mark);
    assert.equal(timesLogged('model unloaded', mark), 1);
  });

  test('whose query is wrong is 400 and names the parameter; the model stays', async () => {
    const pid = await loaded('beta');
    for (const [query, param] of [
      ['?timeout_ms=abc', 'timeout_ms'],
      ['?timeout_ms=-1', 'timeout_ms'],
      ['?drain=maybe', 'drain'],
    ] as const) {
      const error = await readError(await unload('beta', query));
      assert.equal(error.status, 400);
      assert.equal(error.param, param);
      assert.match(error.message, new RegExp(`'${param}'`));
    }
    assert.equal(await stateOf('beta'), 'ready');
    assert.ok(isAlive(pid));
  });
});

test('the stream of another model goes on while one loads, drains and unloads', async (t) => {
  await unload('beta');
  const witness = await startEndlessStream(openai, ALPHA);
  /** Each phase goes on until the witness has: how fast a machine is does not matter. */
  const phase = async (state: string): Promise<void> => {
    await witness.more(100);
    assert.equal(await stateOf('beta'), state);
  };

  engines.hold();
  const starting = startEndlessStream(openai, BETA);
  await engines.held();
  await phase('loading');
  engines.release();
  const stream = await starting;
  await phase('ready');
  const draining = unload('beta', '?timeout_ms=3600000');
  await untilDraining('beta');
  await phase('draining');
  process.kill(await pidOf('beta'), 'SIGSTOP'); // its process has to be killed, which takes seconds
  const { length } = witness.text;
  await Promise.all([draining, unload('beta', '?drain=now')]);
  assert.equal(((await stream.ended) as ApiError).code, 'model_unloaded');
  assert.ok(witness.text.length > length, 'nothing came while it was unloaded');
  await phase('idle');
  t.diagnostic(`the largest gap was ${witness.largestGapMs.toFixed(1)} ms`);
  await witness.more(500);
  await witness.stop();
});
