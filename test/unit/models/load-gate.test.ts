import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import { describe, test } from 'node:test';
import { LoadGate } from '../../../src/models/load-gate.js';
import type { ModelHost, ModelHostOptions } from '../../../src/models/model-host.js';
import { ApiError } from '../../../src/protocol/errors.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { turns } from '../../support/turns.js';
import { createFakeHost, type FakePool } from './fake-pool.js';

const GB = 1024 ** 3;
const { signal } = new AbortController();
setMaxListeners(0, signal);
const caller = { id: 'req_1', client: 'me', signal };
const CALL = { kind: 'chat' as const, request: { messages: [], params: {} } };

interface Wish {
  readonly gigabytes: number;
  readonly pinned?: boolean;
  readonly replicas?: number;
  readonly planRestart?: ModelHostOptions['planRestart'];
  /** It is loaded, and closed, when the test says so. */
  readonly isSlow?: boolean;
}

/** Models whose workers are fakes, at a gate with 10 GB. */
async function createModels<Alias extends string>(
  wishes: Record<Alias, Wish>,
  maxLoaded = Number.POSITIVE_INFINITY,
) {
  const evicted: string[] = [];
  const changes: string[] = [];
  const log: Record<string, unknown>[] = [];
  const gate = new LoadGate({
    room: { budgetBytes: 10 * GB, maxLoaded },
    onEvicted: (alias) => evicted.push(alias),
    log: createLogger('info', { write: (line) => log.push(JSON.parse(line)) }),
  });
  const models = {} as Record<Alias, ReturnType<typeof createFakeHost>>;
  for (const [alias, { gigabytes, pinned = false, isSlow = false, ...options }] of Object.entries<Wish>(
    wishes,
  )) {
    const model = createFakeHost(
      {
        ...options,
        alias,
        admit: (signal) => gate.admit(alias, signal),
        onIdle: () => gate.changed(),
        onState: ({ event, reason }) => {
          changes.push([alias, event, ...(reason ? [reason] : [])].join(' '));
          gate.changed();
        },
      },
      (pool: FakePool) => {
        if (isSlow) return;
        pool.loading.resolve();
        pool.closing.resolve();
      },
    );
    const estimateBytes = gigabytes * GB;
    gate.add({ host: model.host, pinned, estimateBytes, estimate: async () => estimateBytes });
    models[alias as Alias] = model;
  }
  const load = (...aliases: Alias[]) =>
    Promise.all(aliases.map((alias) => models[alias].host.ensureReady(signal)));
  return { gate, models, load, evicted, changes, log };
}

/** Starts a call; resolves with what ends it. */
async function startCall(host: ModelHost, pool: (index: number) => FakePool): Promise<() => Promise<void>> {
  const call = await host.call(CALL, caller);
  const running = await pool(0).callAt(0);
  return async () => {
    running.end();
    await call.ended;
  };
}

async function refusalOf(load: Promise<unknown>): Promise<ApiError> {
  const error = await load.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ApiError, String(error));
  return error;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await turns();
}

describe('room for a model', () => {
  test('is made by unloading the one that was not used for longest, and the log has the numbers', async () => {
    const { models, load, gate, evicted, changes, log } = await createModels({
      a: { gigabytes: 4 },
      b: { gigabytes: 4 },
      c: { gigabytes: 4 },
    });
    await load('a');
    await load('b');
    await (await startCall(models.a.host, models.a.pool))();
    assert.equal(gate.reservedBytes, 8 * GB);
    await load('c');
    assert.deepEqual(evicted, ['b']);
    assert.equal(models.b.host.state, 'idle');
    assert.ok(changes.includes("b unload evicted for 'c'"), changes.join());
    const line = log.find(({ msg }) => msg === 'model evicted');
    assert.equal(line?.for, 'c');
    assert.equal(line?.neededBytes, 4 * GB);
    assert.equal(line?.reservedBytes, 8 * GB);
    assert.equal(line?.budgetBytes, 10 * GB);
    assert.equal(gate.reservedBytes, 8 * GB);
    assert.equal(gate.memoryOf('b').reservedBytes, 0);
    assert.equal(gate.memoryOf('b').estimateBytes, 4 * GB);
  });

  test('is not there before the evicted one has gone', async () => {
    const { models, load, evicted } = await createModels({
      a: { gigabytes: 6, isSlow: true },
      b: { gigabytes: 6 },
    });
    const loading = load('a');
    await until(() => models.a.pools.length === 1);
    models.a.pool(0).loading.resolve();
    await loading;
    const next = load('b');
    await until(() => models.a.pool(0).asked.includes('close'));
    await turns();
    assert.deepEqual(models.b.pool(0).asked, []);
    assert.equal(models.a.host.state, 'unloading');
    models.a.pool(0).closing.resolve();
    await next;
    assert.deepEqual(evicted, ['a']);
  });

  // Within the time after which they would look again by themselves.
  test('is there for those that wait as soon as there is more of it', { timeout: 15_000 }, async () => {
    const { models, load, gate, evicted } = await createModels({ a: { gigabytes: 6 }, b: { gigabytes: 6 } });
    await load('a');
    const end = await startCall(models.a.host, models.a.pool);
    const waiting = load('b');
    await until(() => models.b.host.state === 'loading');
    for (let count = 0; count < 20; count += 1) await turns();
    assert.deepEqual(models.b.pool(0).asked, []);
    gate.room = { budgetBytes: 12 * GB, maxLoaded: 2 };
    await waiting;
    assert.deepEqual(evicted, []);
    await end();
  });

  test('is waited for while calls run, and is there when the last has ended', async () => {
    const { models, load, evicted } = await createModels({ a: { gigabytes: 6 }, b: { gigabytes: 6 } });
    const end = await startCall(models.a.host, models.a.pool);
    const next = load('b');
    await until(() => models.b.host.state === 'loading');
    await turns();
    assert.deepEqual(evicted, []);
    await end();
    await next;
    assert.deepEqual(evicted, ['a']);
  });

  test('is waited for until a time is over; then the numbers are told, and nothing was unloaded', async (t) => {
    const { gate, models, load, evicted } = await createModels({
      a: { gigabytes: 6 },
      b: { gigabytes: 2, pinned: true },
      c: { gigabytes: 6 },
    });
    let now = 0;
    t.mock.method(performance, 'now', () => now);
    await load('b');
    const end = await startCall(models.a.host, models.a.pool);
    const refused = refusalOf(load('c'));
    await until(() => models.c.host.state === 'loading');
    await turns();
    now = 29_000;
    gate.changed();
    await turns();
    assert.equal(models.c.host.state, 'loading');
    now = 30_000;
    gate.changed();
    const { code, message, retryAfterSeconds } = await refused;
    assert.equal(code, 'insufficient_memory');
    assert.equal(
      message,
      "Model 'c' can't be loaded now: it needs about 6.0 GB, and of the 10.0 GB for all models 2.0 GB are free. Loaded are one of 6.0 GB (in use), one of 2.0 GB (pinned); 'qvac ps' names them.",
    );
    assert.equal(retryAfterSeconds, 5);
    assert.deepEqual(evicted, []);
    await end();
    await load('c');
  });

  test('is not waited for by a model that is too large for the machine, or beside those that are pinned', async () => {
    const { models, load, changes } = await createModels({
      a: { gigabytes: 11 },
      b: { gigabytes: 4, pinned: true },
      c: { gigabytes: 7 },
    });
    assert.equal(
      (await refusalOf(load('a'))).message,
      "Model 'a' can't be loaded: it needs about 11.0 GB, and all models together may have 10.0 GB. Give it a smaller ctx_size, a smaller quantisation or fewer replicas, or raise serve.memory.budget.",
    );
    await load('b');
    assert.match(
      (await refusalOf(load('c'))).message,
      /6\.0 GB are free\. Loaded are one of 4\.0 GB \(pinned\);/,
    );
    assert.equal(models.c.host.state, 'idle');
    assert.equal(models.c.host.snapshot().replicas[0]?.lastExit?.code, 'insufficient_memory');
    assert.ok(changes.some((change) => change.startsWith('c refused Model')));
  });

  test('is no matter of failures: who is refused is never quarantined', async () => {
    const { models, load } = await createModels({ a: { gigabytes: 11 } });
    for (let time = 0; time < 7; time += 1) {
      assert.equal((await refusalOf(load('a'))).code, 'model_too_large');
    }
    assert.equal(models.a.host.state, 'idle');
    await assert.rejects(models.a.host.call(CALL, caller), { code: 'model_too_large' });
  });

  test('is also a matter of how many may be loaded', async () => {
    const { models, load, evicted } = await createModels(
      {
        a: { gigabytes: 1 },
        b: { gigabytes: 1, replicas: 3 },
        c: { gigabytes: 1, pinned: true },
        d: { gigabytes: 1 },
      },
      2,
    );
    await load('a');
    await load('b');
    assert.equal(models.b.pools.length, 3, 'replicas of a model count as one');
    await load('c');
    assert.deepEqual(evicted, ['a']);
    await load('d');
    assert.deepEqual(evicted, ['a', 'b']);
  });

  test('is told of when it lacks for the number', async () => {
    const { load } = await createModels({ a: { gigabytes: 1, pinned: true }, b: { gigabytes: 1 } }, 1);
    await load('a');
    assert.equal(
      (await refusalOf(load('b'))).message,
      "Model 'b' can't be loaded now: serve.maxLoaded is 1. Loaded are one of 1.0 GB (pinned); 'qvac ps' names them.",
    );
  });

  test('is not made for a model that is preloaded', async () => {
    const { gate, models, load, evicted } = await createModels({ a: { gigabytes: 6 }, b: { gigabytes: 6 } });
    await load('a');
    const modest = gate.modestly('b', () => models.b.host.ensureReady(signal));
    assert.match((await refusalOf(modest)).message, /4\.0 GB are free/);
    assert.deepEqual(evicted, []);
    await load('b');
    assert.deepEqual(evicted, ['a']);
  });

  test('is made for whoever joins the load of a model that is preloaded', async () => {
    const { gate, models, load, evicted } = await createModels({ a: { gigabytes: 6 }, b: { gigabytes: 6 } });
    await load('a');
    const modest = gate.modestly('b', () => models.b.host.ensureReady(signal));
    await Promise.all([modest, load('b')]);
    assert.deepEqual(evicted, ['a']);
  });

  test('is not refused to who comes when a preload has just been', async () => {
    const { gate, models, load } = await createModels({
      a: { gigabytes: 6 },
      b: { gigabytes: 6, isSlow: true },
    });
    await load('a');
    await refusalOf(gate.modestly('b', () => models.b.host.ensureReady(signal)));
    const loading = load('b'); // while the worker that was refused is closed
    await until(() => models.b.pools.length === 2);
    models.b.pool(1).loading.resolve();
    await loading;
  });
});

describe('loads that compete', () => {
  test('each want what the other has, and pass one after the other', async () => {
    const { models, load, evicted } = await createModels({
      a: { gigabytes: 6 },
      b: { gigabytes: 6 },
      c: { gigabytes: 6 },
    });
    await load('a', 'b', 'c', 'a', 'b');
    assert.ok(evicted.length >= 2, evicted.join());
    const calls = await Promise.all(
      (['a', 'b', 'c'] as const).map(async (alias) => {
        const call = await models[alias].host.call(CALL, caller);
        const pool = models[alias].pools.at(-1);
        (await pool?.callAt(pool.calls.length - 1))?.end();
        await call.ended;
        return alias;
      }),
    );
    assert.deepEqual(calls, ['a', 'b', 'c']);
  });

  test('pass in the order in which they came: a small one does not overtake a large one for ever', async () => {
    const { gate, models, load } = await createModels({
      a: { gigabytes: 6 },
      big: { gigabytes: 10 },
      small: { gigabytes: 4 },
    });
    const end = await startCall(models.a.host, models.a.pool);
    const order: string[] = [];
    const waiting = [
      load('big').then(() => order.push('big')),
      until(() => models.big.host.state === 'loading')
        .then(() => load('small'))
        .then(() => order.push('small')),
    ];
    await until(() => models.small.host.state === 'loading');
    for (let look = 0; look < 5; look += 1) await gate.measure('a'); // as long as the gate takes to look
    await turns();
    assert.deepEqual(order, []);
    await end();
    await Promise.all(waiting);
    assert.deepEqual(order, ['big', 'small']);
  });

  test('give up their place when they are unloaded, and keep nothing', async () => {
    const { gate, models, load } = await createModels({
      a: { gigabytes: 6 },
      b: { gigabytes: 6 },
      c: { gigabytes: 4 },
    });
    const end = await startCall(models.a.host, models.a.pool);
    const refused = refusalOf(load('b'));
    await until(() => models.b.host.state === 'loading');
    const next = load('c');
    await models.b.host.unload(0);
    assert.equal((await refused).code, 'model_unloaded');
    await next;
    assert.equal(gate.reservedBytes, 10 * GB);
    await end();
    await Promise.all([models.a.host.unload(0), models.c.host.unload(0)]);
    assert.equal(gate.reservedBytes, 0);
  });

  test('that nobody waits for any more are given up, and nothing is unloaded for them', async () => {
    for (const replicas of [1, 2]) {
      const { gate, models, evicted, changes } = await createModels({
        a: { gigabytes: 6 },
        b: { gigabytes: 6, replicas },
      });
      const end = await startCall(models.a.host, models.a.pool);
      const client = new AbortController();
      const calls = [1, 2].map(() =>
        models.b.host.call(CALL, { id: 'req_2', client: 'you', signal: client.signal }),
      );
      await until(() => models.b.host.state === 'loading');
      await turns();
      client.abort(new Error('the client hung up'));
      for (const call of calls) await assert.rejects(call, /hung up/);
      await until(() => models.b.host.state === 'idle');
      await end();
      await turns();
      assert.deepEqual(evicted, []);
      assert.equal(gate.reservedBytes, 6 * GB);
      assert.ok(changes.includes('b refused nobody waits for the model any more'), changes.join());
      await models.b.host.ensureReady(signal);
      assert.deepEqual(evicted, ['a']);
    }
  });

  test('of an evicted model wait until its last worker has gone', async () => {
    const { models, load, gate } = await createModels({
      a: { gigabytes: 6, replicas: 2, isSlow: true },
      b: { gigabytes: 6 },
    });
    const first = load('a');
    await until(() => models.a.pools.length === 2);
    for (const pool of models.a.pools) pool.loading.resolve();
    await first;
    const next = load('b');
    await until(() => models.a.host.state === 'unloading');
    models.a.pool(0).closing.resolve();
    const again = load('a');
    await turns();
    assert.equal(models.b.host.state, 'loading');
    models.a.pool(1).closing.resolve();
    await next;
    await until(() => models.a.pools.length === 4 && models.b.host.state === 'idle');
    for (const pool of models.a.pools) {
      pool.loading.resolve();
      pool.closing.resolve();
    }
    await again;
    assert.equal(gate.reservedBytes, 6 * GB);
    await models.a.host.unload(0);
    assert.equal(gate.reservedBytes, 0);
  });
});

test('a model that was evicted for nothing, and was loaded again meanwhile, can be evicted again', async () => {
  const { gate, models, load, evicted } = await createModels({
    a: { gigabytes: 3, replicas: 2, isSlow: true },
    b: { gigabytes: 8 },
  });
  const first = load('a');
  await until(() => models.a.pools.length === 2);
  for (const pool of models.a.pools) pool.loading.resolve();
  await first;
  const refused = refusalOf(load('b'));
  await until(() => models.a.host.state === 'unloading');
  models.a.pool(0).closing.resolve();
  await models.b.host.unload(0);
  assert.equal((await refused).code, 'model_unloaded');
  const again = load('a');
  await until(() => models.a.pools.length === 3);
  for (let look = 0; look < 5; look += 1) await gate.measure('a');
  assert.deepEqual(models.a.pool(2).asked, [], 'what is left of the last life is still there');
  models.a.pool(1).closing.resolve();
  await until(() => models.a.pools.length === 4);
  for (const pool of models.a.pools) {
    pool.loading.resolve();
    pool.closing.resolve();
  }
  await again;
  await load('b');
  assert.deepEqual(evicted, ['a', 'a']);
  assert.equal(gate.reservedBytes, 8 * GB);
});

describe('a model whose worker dies', () => {
  test('keeps its memory for the next one', async () => {
    const { gate, models, load } = await createModels({ a: { gigabytes: 6 }, b: { gigabytes: 6 } });
    const call = await models.a.host.call(CALL, caller);
    const waiting = load('b');
    await until(() => models.b.host.state === 'loading');
    const calling = models.a.host.call(CALL, caller);
    models.a.pool(0).die('it was killed');
    await assert.rejects(async () => {
      for await (const _ of call);
    });
    await until(() => models.a.pools.length === 2);
    const again = await calling;
    assert.equal(models.b.host.state, 'loading');
    assert.equal(gate.reservedBytes, 6 * GB);
    (await models.a.pool(1).callAt(0)).end();
    await again.ended;
    await waiting;
  });

  test('gives it back when it is left alone and nothing is left of it', async () => {
    const { gate, models, load } = await createModels({
      a: { gigabytes: 6, isSlow: true, planRestart: () => ({ isQuarantined: true, delayMs: 60_000 }) },
      b: { gigabytes: 6 },
    });
    const loading = load('a');
    await until(() => models.a.pools.length === 1);
    models.a.pool(0).loading.resolve();
    await loading;
    models.a.pool(0).die('it was killed');
    await until(() => models.a.host.state === 'failed');
    await turns();
    assert.equal(gate.reservedBytes, 6 * GB, 'its process may still be there');
    models.a.pool(0).closing.resolve();
    await turns();
    assert.equal(gate.reservedBytes, 0);
    await load('b');
    await models.a.host.unload(0);
  });
});
