import assert from 'node:assert/strict';
import { test } from 'node:test';
import type OpenAI from 'openai';
import type { GatewayStatus, ReplicaStatus } from '../../src/protocol/status.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { startFaultGateway } from '../support/fault-gateway.js';
import { untilDead } from '../support/processes.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const config = writeScriptedConfig(folder, [
  [ALPHA, { preload: true, replicas: 2, config: { ctx_size: 131_072 } }],
]);
const gateway = await startFaultGateway(config, folder);
const { openai } = gateway;

async function replicas(): Promise<readonly ReplicaStatus[]> {
  const status = (await (await fetch(`${gateway.url}/qvac/v1/status`)).json()) as GatewayStatus;
  return status.models[0]?.replicas ?? [];
}

test('a model with two replicas runs two calls at once, and survives the death of one', async () => {
  const before = await replicas();
  assert.deepEqual(
    before.map(({ state, running }) => [state, running]),
    [
      ['ready', 0],
      ['ready', 0],
    ],
  );
  const streams = [await startEndlessStream(openai, ALPHA), await startEndlessStream(openai, ALPHA)];
  assert.deepEqual(
    (await replicas()).map(({ running }) => running),
    [1, 1],
  );

  const mark = await gateway.mark();
  const pid = before[1]?.pid as number;
  process.kill(pid, 'SIGKILL');
  const died = await gateway.loggedOf('alpha', 'model worker died', mark);
  assert.equal(died.replica, 2);
  assert.deepEqual(await gateway.listed(), ['alpha']);
  const error = (await Promise.race(streams.map(({ ended }) => ended))) as InstanceType<
    typeof OpenAI.APIError
  >;
  assert.equal(error.code, 'worker_crashed');
  // The first that began is the first replica's.
  await streams[0]?.more(300);
  await streams[0]?.stop();
  assert.equal(await gateway.ask('alpha'), fallbackOf(ALPHA));
  await gateway.loggedOf('alpha', 'model loaded', mark);
  await untilDead(pid);

  const after = await replicas();
  assert.deepEqual(
    after.map(({ state, restarts }) => [state, restarts]),
    [
      ['ready', 0],
      ['ready', 1],
    ],
  );
  assert.equal(after[0]?.pid, before[0]?.pid);
  assert.match(after[1]?.last_exit?.reason ?? '', /SIGKILL/);
});

test('a deleted model has no replica left', async () => {
  const pids = (await replicas()).map(({ pid }) => pid as number);
  assert.equal((await gateway.unload('alpha')).status, 200);
  await Promise.all(pids.map(untilDead));
  assert.deepEqual(
    (await replicas()).map(({ state, pid }) => [state, pid]),
    [
      ['idle', null],
      ['idle', null],
    ],
  );
});
