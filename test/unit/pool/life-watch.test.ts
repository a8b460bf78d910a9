import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { LifeWatch } from '../../../src/pool/life-watch.js';

const STALL_TIMEOUT_MS = 500;

/** A process that does what `code` says, in place of an engine. */
async function spawnEngine(code: string): Promise<number> {
  const child = spawn(process.execPath, ['-e', `${code}; console.log('up')`], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child.pid as number;
}

const IDLE = 'setInterval(() => {}, 1000)';
const BUSY = 'setInterval(() => { for (const end = Date.now() + 50; Date.now() < end; ); }, 1)';

/** A call; `signs` says how many looks find a sign of life. */
function createCall(signs: number, cancelAskedAt?: number) {
  let left = signs;
  return {
    cancelAskedAt,
    takeLifeSign() {
      left -= 1;
      return left >= 0;
    },
    get looks() {
      return signs - left;
    },
  };
}

/** Watches until the engine counts as hung. */
function untilHung(
  pid: number | undefined,
  call: ReturnType<typeof createCall>,
  stallTimeoutMs = STALL_TIMEOUT_MS,
): Promise<string> {
  return new Promise((resolve) => {
    const watch = new LifeWatch({
      stallTimeoutMs,
      pid: () => pid,
      onHung: resolve,
    });
    watch.add(call);
    const alive = setInterval(() => {}, 1_000); // the watch alone keeps no process alive
    after(() => {
      clearInterval(alive);
      watch.stop();
    });
  });
}

test('an engine that neither answers nor works is hung after ten looks', async () => {
  const call = createCall(0);
  assert.equal(
    await untilHung(await spawnEngine(IDLE), call),
    'its engine neither answered nor worked for 0.5 s',
  );
  assert.ok(call.looks >= 10 && call.looks <= 12, `${call.looks} looks`);
});

test('one that answers is not, until it stops', async () => {
  const call = createCall(15);
  await untilHung(await spawnEngine(IDLE), call);
  assert.ok(call.looks >= 25, `${call.looks} looks`);
});

test('one that works without a word is not, until it stops', async () => {
  const pid = await spawnEngine(BUSY);
  const call = createCall(0);
  // On a machine with too much to do, it may get no time between some looks, but not for so long.
  const hung = untilHung(pid, call, 4 * STALL_TIMEOUT_MS);
  const reachLooks = async (): Promise<string> => {
    while (call.looks < 15) await delay(10);
    return 'works';
  };
  assert.equal(await Promise.race([hung, reachLooks()]), 'works');
  process.kill(pid, 'SIGSTOP');
  assert.match(await hung, /neither answered nor worked/);
});

test('one that does not let go of a cancelled call for two minutes is hung, whatever it does', async () => {
  const call = createCall(Number.POSITIVE_INFINITY, performance.now() - 121_000);
  assert.equal(await untilHung(undefined, call), 'its engine did not end a cancelled call within 120 s');
});
