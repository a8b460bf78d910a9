import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

const MODULE = new URL('../../../src/engine/engine-process.js', import.meta.url).href;

/**
 * Runs `script` in a thread of its own, for what watches a thread's processes does so for as long as it lives.
 *
 * @param script of the thread; `run()` starts a process and resolves with how it ended, `tell(…)` is what is returned.
 */
async function inThread(script: string): Promise<unknown> {
  const worker = new Worker(
    `(async () => {
      const { watchEngineProcess } = await import(${JSON.stringify(MODULE)});
      const { spawn } = await import('node:child_process');
      const { once } = await import('node:events');
      const run = async () => {
        try {
          const child = spawn(process.execPath, ['-e', ''], { stdio: ['ignore', 'ignore', 'pipe'] });
          return (await once(child, 'close'))[0];
        } catch (error) {
          return error.message;
        }
      };
      const tell = (value) => require('node:worker_threads').parentPort.postMessage(value);
      ${script}
    })()`,
    { eval: true },
  );
  const [told] = await once(worker, 'message');
  await worker.terminate();
  return told;
}

test('a thread whose engine process has ended starts no other', async () => {
  const told = await inThread(`
    const events = [];
    watchEngineProcess(({ type }) => events.push(type));
    tell([await run(), await run(), events]);
  `);
  assert.deepEqual(told, [0, 'the engine process has ended', ['process-started', 'process-exited']]);
});

test('a thread that downloads may start another, until it is to end', async () => {
  const told = await inThread(`
    const engine = watchEngineProcess(() => {}, true);
    const ends = [await run(), await run()];
    await engine.ensureExited();
    tell([...ends, await run()]);
  `);
  assert.deepEqual(told, [0, 0, 'the engine process has ended']);
});

test('a thread that is unloaded before its engine process has started does not start it', async () => {
  const told = await inThread(`
    const engine = watchEngineProcess(() => {});
    await engine.ensureExited();
    tell(await run());
  `);
  assert.equal(told, 'the engine process has ended');
});
