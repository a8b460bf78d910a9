import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type OpenAI from 'openai';
import { startEndlessStream } from '../support/endless-stream.js';
import { startFaultGateway } from '../support/fault-gateway.js';
import { untilDead } from '../support/processes.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const long = { preload: true, config: { ctx_size: 131_072 } };
const config = writeScriptedConfig(folder, [
  [ALPHA, long],
  [BETA, long],
  [
    { ...BETA, name: 'gamma' },
    { preload: true, config: { parallel: 3 } },
  ],
]);

/** Runs in every thread of the gateway first: a worker does what a file with its thread's number tells it to. */
const sabotage = `
import { existsSync } from 'node:fs';
import { isMainThread, threadId } from 'node:worker_threads';
if (!isMainThread) {
  const isOrdered = (what) => existsSync(${JSON.stringify(join(folder, 'thread-'))} + threadId + '-' + what);
  setInterval(() => {
    if (isOrdered('throw')) throw new Error('sabotage');
    if (isOrdered('exit')) process.exit(3);
  }, 10).unref();
}`;
const script = join(folder, 'sabotage.mjs');
writeFileSync(script, sabotage);
const gateway = await startFaultGateway(config, folder, {
  args: ['--no-supervisor'], // in whose gateway a thread comes before those of the models
  env: { NODE_OPTIONS: `--import=${pathToFileURL(script).href}` },
});
const { openai } = gateway;

/** Threads are numbered in the order in which they start. */
const threads = { beta: 2, gamma: 3 };
let lastThread = 3;

/** Has a model's thread do what it should not. Its next one has the next number. */
function order(model: keyof typeof threads, what: string): void {
  writeFileSync(join(folder, `thread-${threads[model]}-${what}`), '');
  lastThread += 1;
  threads[model] = lastThread;
}

describe('a model whose thread', () => {
  for (const what of ['throw', 'exit'] as const) {
    test(`does ${what}: its process ends with it, its stream says so, and others do not notice`, async () => {
      const witness = await startEndlessStream(openai, ALPHA);
      const struck = await startEndlessStream(openai, BETA);
      const mark = await gateway.mark();
      const pid = await gateway.pidOf('beta');
      order('beta', what);
      const { code } = await gateway.loggedOf('beta', 'model worker died', mark);
      assert.equal(code, 'worker_crashed');
      const error = (await struck.ended) as InstanceType<typeof OpenAI.APIError>;
      assert.equal(error.code, 'worker_crashed');
      await untilDead(pid);
      assert.equal(await gateway.ask('beta'), fallbackOf(BETA));
      await witness.more(500);
      await witness.stop();
    });
  }

  for (const what of ['throw', 'exit'] as const) {
    test(`does ${what} before anything came of its calls: they are answered all the same`, async () => {
      const mark = await gateway.mark();
      process.kill(await gateway.pidOf('gamma'), 'SIGSTOP');
      const calls = Array.from({ length: 3 }, () => gateway.ask('gamma'));
      while (gateway.log.slice(mark).filter(({ msg }) => msg === 'call started').length < 3) await delay(5);
      order('gamma', what);
      for (const answer of await Promise.all(calls)) assert.equal(answer, fallbackOf(BETA));
    });
  }
});
