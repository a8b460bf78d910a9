import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type OpenAI from 'openai';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { describeDescriptors, type TreeUsage, usageOf, WITHOUT_PROC } from '../support/process-tree.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const CYCLES = Number(process.env.QVAC_SOAK_CYCLES ?? 500);
/** The first cycles warm up: code is compiled, heaps grow to their size. */
const WARM_UP = Math.ceil(CYCLES / 5);
/** How much the resident memory of the gateway may grow from the first third of cycles to the last: its noise. */
const RSS_GROWTH_MB = 8;
const MB = 1024 * 1024;
const TIMEOUT_MS = 60_000 + CYCLES * 15_000;

const folder = tempFolder();
const temp = join(folder, 'tmp');
mkdirSync(temp);
const gateway = await startGateway(['-v', '-c', writeScriptedConfig(folder, [[BETA]])], folder, {
  TMPDIR: temp,
});
const openai = createOpenAI(gateway.url);

const filesLeft = (): string[] => readdirSync(temp, { recursive: true, encoding: 'utf8' }).sort();
const withoutModel = { pids: WITHOUT_PROC ? [] : usageOf(gateway.pid).pids, files: filesLeft() };

const ask = () =>
  openai.chat.completions.create({ model: 'beta', messages: [{ role: 'user', content: 'Hello!' }] });
const unload = () => openai.delete('/models/beta');
const codeOf = (failing: Promise<unknown>): Promise<unknown> =>
  failing.then(
    () => 'ok',
    (error: InstanceType<typeof OpenAI.APIError>) => error.code,
  );

async function load(): Promise<void> {
  assert.equal((await ask()).choices[0]?.message.content, fallbackOf(BETA));
}

const logged = (msg: string, since: number) => gateway.logged((line) => line.msg === msg, since);

/** Kills the engine that is loaded; resolves when the gateway has seen it. */
async function kill(): Promise<void> {
  const mark = await gateway.mark();
  process.kill(gateway.log.findLast(({ msg }) => msg === 'model loaded')?.pid as number, 'SIGKILL');
  await logged('model worker died', mark);
}

/** The pid of an engine that may not have loaded its model yet. */
async function untilEngine(): Promise<number> {
  while (true) {
    const engine = usageOf(gateway.pid).pids.find((pid) => !withoutModel.pids.includes(pid));
    if (engine !== undefined) return engine;
    await delay(5);
  }
}

/** The ways in which a model is loaded and ends. After each, nothing is left of it. */
const LIVES: readonly (() => Promise<void>)[] = [
  async () => {
    await load();
    await unload();
  },
  async () => {
    await load();
    await kill();
    await unload(); // while it backs off
  },
  async () => {
    await load();
    const mark = await gateway.mark();
    await kill();
    await logged('model loaded', mark);
    await unload();
  },
  async () => {
    const mark = await gateway.mark();
    const asked = codeOf(ask());
    await logged('model loading', mark);
    await unload(); // its thread has hardly begun
    assert.equal(await asked, 'model_unloaded');
  },
  async () => {
    const asked = codeOf(ask());
    await untilEngine();
    await unload();
    assert.equal(await asked, 'model_unloaded');
  },
  async () => {
    const asked = codeOf(ask());
    process.kill(await untilEngine(), 'SIGKILL');
    assert.equal(await asked, 'model_load_failed');
    await unload();
  },
];

test(`${CYCLES} lives of a model leave nothing behind`, {
  skip: WITHOUT_PROC,
  timeout: TIMEOUT_MS,
}, async (t) => {
  const usages: TreeUsage[] = [];
  for (let cycle = 0; cycle < CYCLES; cycle += 1) {
    // Every other one is plain.
    const life = cycle % 2 === 0 ? 0 : 1 + (((cycle - 1) / 2) % (LIVES.length - 1));
    await LIVES[life]?.();
    const usage = usageOf(gateway.pid);
    usages.push(usage);
    const at = `after cycle ${cycle}, life ${life}`;
    assert.deepEqual(usage.pids, withoutModel.pids, `a process is left ${at}`);
    assert.equal(usage.zombies, 0, `a zombie is left ${at}`);
    assert.deepEqual(filesLeft(), withoutModel.files, `a file is left ${at}`);
    if (cycle % Math.ceil(CYCLES / 20) === 0) t.diagnostic(`${at}: ${describe(usage)}`);
  }

  const settled = usages.slice(WARM_UP);
  const third = Math.floor(settled.length / 3);
  const [first, last] = [settled.slice(0, third), settled.slice(-third)];
  // The least: a connection that is about to close counts now and then.
  const least = (of: 'threads' | 'descriptors', among: readonly TreeUsage[]): number =>
    Math.min(...among.map((usage) => usage[of]));
  assert.equal(least('threads', last), least('threads', first), 'threads are left');
  assert.equal(
    least('descriptors', last),
    least('descriptors', first),
    JSON.stringify(describeDescriptors(gateway.pid)),
  );
  const growthMb = (medianRss(last) - medianRss(first)) / MB;
  t.diagnostic(
    `median RSS from the first third to the last: ${growthMb.toFixed(1)} MB in ${settled.length - third} cycles`,
  );
  assert.ok(growthMb < RSS_GROWTH_MB, `the gateway grew by ${growthMb.toFixed(1)} MB`);
});

function medianRss(usages: readonly TreeUsage[]): number {
  const sorted = usages.map(({ rssBytes }) => rssBytes).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function describe({ pids, threads, descriptors, rssBytes }: TreeUsage): string {
  return `${pids.length} processes, ${threads} threads, ${descriptors} descriptors, ${Math.round(rssBytes / MB)} MB`;
}
