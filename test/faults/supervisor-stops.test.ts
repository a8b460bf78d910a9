import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startGateway } from '../support/gateway.js';
import { isAlive, untilDead } from '../support/processes.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { ask, chat } from './ask.js';
import { provoke } from './provocation.js';

const folder = tempFolder();
const config = writeScriptedConfig(folder, [[ALPHA, { preload: true, config: { ctx_size: 131_072 } }]]);

/** A gateway with a temporary folder of its own, its engine's process, and how to have its model busy. */
async function start(name: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const temp = join(folder, name);
  mkdirSync(temp);
  const gateway = await startGateway(
    ['-c', config, '-v', ...args],
    folder,
    { TMPDIR: temp, ...env },
    { detached: true },
  );
  const bare = (await gateway.logged(({ msg }) => msg === 'model loaded')).pid as number;

  /** A stream of so many tokens, once it has the engine. */
  async function stream(maxTokens: number) {
    const body = chat('alpha', 'for ever', { stream: true, max_tokens: maxTokens });
    const mark = await gateway.mark();
    const answer = ask(gateway.url, '/v1/chat/completions', body);
    answer.catch(() => {}); // for the test to look at later
    await gateway.logged(({ msg }) => msg === 'call started', mark);
    return { answer };
  }

  /** No process and no file. */
  async function assertNothingLeft(): Promise<void> {
    await Promise.all([untilDead(bare), untilDead(gateway.gatewayPid)]);
    assert.deepEqual(readdirSync(temp), []);
  }
  return { gateway, bare, stream, assertNothingLeft };
}

test('a signal lets the running call finish and refuses the one that waits', async () => {
  const { gateway, bare, stream, assertNothingLeft } = await start('finish');
  process.kill(bare, 'SIGSTOP'); // the call runs for as long as the test wants
  const running = await stream(300);
  const queued = ask(gateway.url, '/v1/chat/completions', chat('alpha', 'Hello!'));
  await gateway.logged(({ msg }) => msg === 'call queued');
  process.kill(gateway.pid, 'SIGTERM');
  const refusal = await queued;
  process.kill(bare, 'SIGCONT');
  assert.equal(refusal.status, 503);
  assert.match(refusal.body, /"code":"shutting_down"/);
  assert.match((await running.answer).body, /"finish_reason":"length".*\[DONE\]\n\n$/s);
  assert.equal(await gateway.exited, 0);
  await assertNothingLeft();
});

test('Ctrl+C, which reaches every process of the group, lets the running call finish too', async () => {
  const { gateway, bare, stream, assertNothingLeft } = await start('ctrl-c');
  process.kill(bare, 'SIGSTOP');
  const running = await stream(300);
  process.kill(-gateway.pid, 'SIGINT');
  await gateway.logged(({ msg }) => msg.startsWith('stopping'));
  assert.ok(isAlive(bare));
  process.kill(bare, 'SIGCONT'); // it gets the signal now
  assert.match((await running.answer).body, /"finish_reason":"length".*\[DONE\]\n\n$/s);
  assert.equal(await gateway.exited, 0);
  await assertNothingLeft();
});

test('--shutdown-timeout ends calls that would go on', async () => {
  const { gateway, stream, assertNothingLeft } = await start('timeout', ['--shutdown-timeout', '1']);
  const running = await stream(100_000);
  process.kill(gateway.pid, 'SIGTERM');
  assert.match((await running.answer).body, /"code":"shutting_down"/);
  assert.equal(await gateway.exited, 0);
  await assertNothingLeft();
});

test('a second signal ends a gateway that does not answer', async () => {
  const { gateway, assertNothingLeft } = await start('insist');
  process.kill(gateway.gatewayPid, 'SIGSTOP');
  process.kill(gateway.pid, 'SIGTERM');
  process.kill(gateway.pid, 'SIGINT');
  assert.equal(await gateway.exited, 1);
  await assertNothingLeft();
});

test('a gateway that dies while it stops stays dead', async () => {
  const { gateway, stream, assertNothingLeft } = await start('dies');
  await stream(100_000);
  process.kill(gateway.pid, 'SIGTERM');
  await gateway.logged(({ msg }) => msg.startsWith('stopping'));
  process.kill(gateway.gatewayPid, 'SIGKILL');
  assert.equal(await gateway.exited, 1);
  assert.ok(!gateway.log.some(({ msg }) => msg === 'gateway restarting'));
  await assertNothingLeft();
});

test('a signal that comes between two gateways ends it', async () => {
  const { gateway, assertNothingLeft } = await start('between');
  process.kill(gateway.gatewayPid, 'SIGKILL');
  const { pid } = await gateway.logged(({ msg }) => msg === 'gateway restarted');
  process.kill(pid as number, 'SIGKILL');
  await gateway.logged(({ msg, deaths }) => msg === 'gateway restarting' && deaths === 2);
  process.kill(gateway.pid, 'SIGTERM');
  assert.equal(await gateway.exited, 0);
  await assertNothingLeft();
});

test('--no-supervisor: one process, which ends when it throws', async () => {
  const { gateway, assertNothingLeft } = await start('alone', ['--no-supervisor'], {
    ...provoke(folder, 'throw'),
  });
  assert.equal(gateway.pid, gateway.gatewayPid);
  const { status } = await ask(gateway.url, '/v1/models');
  assert.equal(status, 200);
  process.kill(gateway.pid, 'SIGUSR2');
  assert.equal(await gateway.exited, 1);
  await gateway.logged(({ msg }) => msg === 'gateway failed');
  await assertNothingLeft();
});
