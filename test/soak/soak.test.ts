import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { startFaultGateway } from '../support/fault-gateway.js';
import { describeDescriptors, usageOf, WITHOUT_PROC } from '../support/process-tree.js';
import { createRandom, type Random } from '../support/random.js';
import { tempFolder } from '../support/temp-folder.js';
import { WITHOUT_VULKAN } from '../support/vulkan.js';
import { createRequests, outcomeOf } from './requests.js';
import { writeSoakConfig } from './soak-models.js';

const SECONDS = Number(process.env.QVAC_SOAK_SECONDS ?? 120);
/** What is done is the same with the same seed; when it hits what, is not. */
const SEED = Number(process.env.QVAC_SOAK_SEED ?? Math.floor(Math.random() * 1e9));
const CLIENTS = 8;
/** Whatever happened to its model, a request is answered within this time. */
const ANSWER_TIMEOUT_MS = 120_000;
/** Clients keep idle connections as long as the gateway says they may: 72 s. */
const SETTLE_MS = 90_000;

const folder = tempFolder();
const temp = join(folder, 'tmp');
mkdirSync(temp);
const gateway = await startFaultGateway(writeSoakConfig(folder), folder, { env: { TMPDIR: temp } });
const { openai, unload, pidOf } = gateway;
const requests = createRequests(openai);

/** Nothing happens to alpha, and its clients may not notice what happens to these. */
const DISTURBED = ['beta', 'vectors', ...(WITHOUT_VULKAN ? [] : ['whisper'])] as [string, ...string[]];

const totals = new Map<string, number>();
const count = (what: string): void => void totals.set(what, (totals.get(what) ?? 0) + 1);

async function actAsClient(random: Random, deadline: number): Promise<void> {
  while (performance.now() < deadline) {
    const request = random.pick(requests)(random);
    const hangUp = new AbortController();
    const timer = random.int(5) === 0 ? setTimeout(() => hangUp.abort(), random.int(1_500)) : undefined;
    const pauseMs = random.int(300);
    const outcome = await Promise.race([
      outcomeOf(request, hangUp.signal),
      delay(ANSWER_TIMEOUT_MS, 'unanswered', { ref: false }),
    ]);
    clearTimeout(timer);
    const what = `${request.model} ${request.kind}: ${outcome}`;
    count(what);
    assert.notEqual(outcome, 'unanswered', what);
    if (request.model === 'alpha') assert.match(outcome, /^(ok|hung up|queue_full)$/, what);
    await delay(pauseMs);
  }
}

async function disturb(random: Random, deadline: number): Promise<void> {
  while (performance.now() < deadline) {
    const model = random.pick(DISTURBED);
    const action = random.pick(['SIGKILL', 'SIGKILL', 'SIGSTOP', 'drain=wait&timeout_ms=500', 'drain=now']);
    const pauseMs = 200 + random.int(3_000);
    if (action === 'SIGKILL' || action === 'SIGSTOP') {
      // Of the processes that there are now: an old pid may be another's.
      const engines = usageOf(gateway.pid).pids.filter((pid) => !undisturbed.includes(pid));
      const engine = engines[random.int(engines.length)];
      if (engine !== undefined) {
        process.kill(engine, action);
        count(`engine: ${action}`);
      }
    } else {
      assert.equal((await unload(model, `?${action}`)).status, 200);
      count(`unload: ${action}`);
    }
    await delay(pauseMs);
  }
}

async function unloadAll(): Promise<void> {
  for (const reply of await Promise.all(DISTURBED.map((model) => unload(model, '?drain=now')))) {
    assert.equal(reply.status, 200);
  }
}

/** Every request once, one after another: all is well. */
async function askAll(): Promise<void> {
  const random = createRandom(1);
  for (const create of requests) {
    const request = create(random);
    assert.equal(await outcomeOf(request, new AbortController().signal), 'ok', request.model);
  }
}

const filesLeft = (): string[] => readdirSync(temp, { recursive: true, encoding: 'utf8' }).sort();

let undisturbed: readonly number[] = [];

test(`${SECONDS} s of mixed requests, kills, stops, unloads and hang-ups, seed ${SEED}`, {
  skip: WITHOUT_PROC,
  timeout: (SECONDS + 300) * 1_000,
}, async (t) => {
  t.after(() => {
    for (const line of tableOf(totals)) t.diagnostic(line);
  });
  await askAll();
  await unloadAll();
  const before = { ...usageOf(gateway.pid), files: filesLeft() };
  undisturbed = before.pids;
  assert.ok(undisturbed.includes(await pidOf('alpha')));
  const mark = await gateway.mark();

  const deadline = performance.now() + SECONDS * 1_000;
  const actors = Array.from({ length: CLIENTS }, (_, index) =>
    actAsClient(createRandom(SEED + 1 + index), deadline),
  );
  await Promise.all([...actors, disturb(createRandom(SEED), deadline)]);

  for (const { msg, code } of gateway.log.slice(mark)) {
    if (/^model (loaded|quarantined|load failed)$/.test(msg)) count(`log: ${msg}`);
    if (msg === 'model worker died') count(`log: ${msg}, ${code}`);
    assert.notEqual(msg, 'request failed', 'a bug of the gateway');
  }
  await unloadAll(); // also what is in quarantine
  await askAll();
  await unloadAll();

  const settleBy = performance.now() + SETTLE_MS;
  const isSettled = ({ threads, descriptors }: typeof before | ReturnType<typeof usageOf>): boolean =>
    threads <= before.threads && descriptors <= before.descriptors;
  while (!isSettled(usageOf(gateway.pid)) && performance.now() < settleBy) await delay(500);
  const after = usageOf(gateway.pid);
  assert.deepEqual(after.pids, before.pids, 'a process is left');
  assert.equal(after.zombies, 0);
  assert.deepEqual(filesLeft(), before.files);
  assert.ok(
    isSettled(after),
    `${JSON.stringify({ before, after })} ${JSON.stringify(describeDescriptors(gateway.pid))}`,
  );
});

function tableOf(counts: ReadonlyMap<string, number>): string[] {
  return [...counts].sort().map(([what, times]) => `${String(times).padStart(6)}  ${what}`);
}
