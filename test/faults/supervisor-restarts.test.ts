import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { deferred } from '../support/deferred.js';
import { startGateway, type TestGateway } from '../support/gateway.js';
import { isAlive, isStopped, untilDead } from '../support/processes.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { ask, chat, contentOf } from './ask.js';
import { provoke } from './provocation.js';

const folder = tempFolder();

const restarted = (gateway: TestGateway) => gateway.logged(({ msg }) => msg === 'gateway restarted');
const died = (gateway: TestGateway) => gateway.logged(({ msg }) => msg === 'gateway died');

test('killed under load: nobody is refused, and the models come back by themselves', async (t) => {
  const config = writeScriptedConfig(folder, [[ALPHA, { preload: true }], [BETA]]);
  const gateway = await startGateway(['-c', config], folder);
  await ask(gateway.url, '/v1/chat/completions', chat('beta', 'Hello!'));

  const errors: string[] = [];
  const contents: (string | undefined)[] = [];
  let isOver = false;
  const answered = deferred();
  async function client(): Promise<void> {
    while (!isOver) {
      try {
        contents.push(contentOf(await ask(gateway.url, '/v1/chat/completions', chat('alpha', 'Hello!'))));
        answered.resolve();
      } catch (error) {
        errors.push((error as NodeJS.ErrnoException).code ?? String(error));
      }
    }
  }
  const clients = Array.from({ length: 8 }, client);
  await answered.promise;
  process.kill(gateway.gatewayPid, 'SIGKILL');
  const killedAt = performance.now();
  const knocks = Array.from({ length: 20 }, async () => {
    const { status } = await ask(gateway.url, '/v1/models');
    return { status, ms: performance.now() - killedAt };
  });
  const answeredAgain = ask(gateway.url, '/v1/chat/completions', chat('alpha', 'Hello!')).then((answer) => {
    contents.push(contentOf(answer));
    return performance.now() - killedAt;
  });
  const { pid } = await restarted(gateway);
  const since = gateway.log.findIndex(({ msg }) => msg === 'gateway restarted');
  for (const model of ['alpha', 'beta']) {
    await gateway.logged((line) => line.msg === 'model loaded' && line.model === model, since);
  }
  for (const { status } of await Promise.all(knocks)) assert.equal(status, 200);
  isOver = true;
  await Promise.all(clients);

  assert.notEqual(pid, gateway.gatewayPid);
  assert.ok(errors.length <= clients.length, `only what ran when it was killed breaks off: ${errors}`);
  for (const code of errors) assert.equal(code, 'ECONNRESET');
  for (const content of contents) assert.equal(content, fallbackOf(ALPHA));
  const [{ ms = 0 } = {}] = await Promise.all(knocks);
  t.diagnostic(
    `from the kill to the first answer: ${Math.round(ms)} ms; of a model: ${Math.round(await answeredAgain)} ms`,
  );
  assert.equal(await gateway.stop(), 0);
});

for (const [misdeed, reason] of [
  ['throw', /^exited with code 1$/],
  ['reject', /^exited with code 1$/],
  ['fill the heap', /^(was killed by SIGABRT|exited with code 134)$/],
] as const) {
  test(`a gateway that is made to ${misdeed} is restarted, and the log says why`, async () => {
    const config = writeScriptedConfig(folder, [[ALPHA]]);
    const gateway = await startGateway(['-c', config], folder, provoke(folder, misdeed));
    process.kill(gateway.gatewayPid, 'SIGUSR2');
    const { status } = await restarted(gateway).then(() => ask(gateway.url, '/v1/models'));
    assert.equal(status, 200);
    assert.match((await died(gateway)).reason as string, reason);
    if (misdeed !== 'fill the heap') {
      const { err } = await gateway.logged(({ msg }) => msg === 'gateway failed');
      assert.equal((err as Error).message, 'provoked');
    }
    assert.equal(await gateway.stop(), 0);
  });
}

describe('a gateway that does not answer', { concurrency: true }, () => {
  for (const how of ['is stopped', 'blocks its event loop'] as const) {
    test(`because it ${how} is killed, and who connected meanwhile is answered`, async () => {
      const config = writeScriptedConfig(folder, [[ALPHA]]);
      const gateway = await startGateway(['-c', config], folder, provoke(folder, 'block'));
      process.kill(gateway.gatewayPid, how === 'is stopped' ? 'SIGSTOP' : 'SIGUSR2');
      // Or it might still take the connection, which then ends with it.
      const isStuck = () => isStopped(gateway.gatewayPid) || gateway.stderr().includes('blocked');
      while (!isStuck()) await delay(5);
      const { status } = await ask(gateway.url, '/v1/models');
      assert.equal(status, 200);
      assert.equal((await died(gateway)).reason, 'did not answer for 20 s');
      assert.equal(await gateway.stop(), 0);
    });
  }
});

test('a config that was broken meanwhile does not keep it from coming back', async () => {
  const own = join(folder, 'broken-later');
  mkdirSync(own);
  const config = writeScriptedConfig(own, [[ALPHA]]);
  const gateway = await startGateway(['-c', config], own);
  writeFileSync(config, '{ "serve": ');
  process.kill(gateway.gatewayPid, 'SIGKILL');
  const answer = await ask(gateway.url, '/v1/chat/completions', chat('alpha', 'Hello!'));
  assert.equal(contentOf(answer), fallbackOf(ALPHA));
  assert.equal(await gateway.stop(), 0);
});

test('a crash loop ends with its reason, and exit code 70', async () => {
  const config = writeScriptedConfig(folder, [[ALPHA]]);
  const flag = join(folder, 'flag');
  const crash = join(folder, 'crash.mjs');
  writeFileSync(
    crash,
    `import { existsSync } from 'node:fs'; if (process.send && existsSync(${JSON.stringify(flag)})) process.exit(9);`,
  );
  const temp = join(folder, 'crash-loop');
  mkdirSync(temp);
  const gateway = await startGateway(['-c', config], folder, {
    NODE_OPTIONS: `--import "${crash}"`,
    TMPDIR: temp,
  });
  writeFileSync(flag, '');
  process.kill(gateway.gatewayPid, 'SIGKILL');
  assert.equal(await gateway.exited, 70);
  assert.match(gateway.stderr(), /died 5 times in a row; the last one exited with code 9/);
  const delays = gateway.log.filter(({ msg }) => msg === 'gateway restarting').map(({ delayMs }) => delayMs);
  assert.equal(delays.length, 4);
  assert.equal(delays[0], 0);
  assert.deepEqual(readdirSync(temp), [], 'no temporary file');
});

test('the supervisor killed takes everything along, in the middle of a stream too', async () => {
  const temp = join(folder, 'orphans');
  mkdirSync(temp);
  const config = writeScriptedConfig(folder, [[ALPHA, { preload: true, config: { ctx_size: 131_072 } }]]);
  const gateway = await startGateway(['-c', config], folder, { TMPDIR: temp });
  const bare = (await gateway.logged(({ msg }) => msg === 'model loaded')).pid as number;
  const stream = ask(gateway.url, '/v1/chat/completions', chat('alpha', 'for ever', { stream: true }));
  const broken = assert.rejects(stream, { code: 'ECONNRESET' });
  await ask(gateway.url, '/v1/models'); // the stream came before
  assert.ok(isAlive(bare) && isAlive(gateway.gatewayPid));
  process.kill(gateway.pid, 'SIGKILL');
  await Promise.all([untilDead(gateway.gatewayPid), untilDead(bare), broken]);
  assert.deepEqual(readdirSync(temp), [], 'no temporary file');
});

test('the supervisor killed takes a gateway along whose event loop is blocked', async () => {
  const config = writeScriptedConfig(folder, [[ALPHA, { preload: true }]]);
  const gateway = await startGateway(['-c', config], folder, provoke(folder, 'block'));
  const bare = (await gateway.logged(({ msg }) => msg === 'model loaded')).pid as number;
  process.kill(gateway.gatewayPid, 'SIGUSR2');
  process.kill(gateway.pid, 'SIGKILL');
  await Promise.all([untilDead(gateway.gatewayPid), untilDead(bare)]);
});
