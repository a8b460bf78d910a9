import assert from 'node:assert/strict';
import { getEventListeners, setMaxListeners } from 'node:events';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ModelHost } from '../../../src/models/model-host.js';
import type { ReplicaSnapshot } from '../../../src/models/model-snapshot.js';
import type { CallStream } from '../../../src/pool/call-stream.js';
import { ApiError } from '../../../src/protocol/errors.js';
import type { ChatEvent } from '../../../src/protocol/events.js';
import { deferred } from '../../support/deferred.js';
import { turns } from '../../support/turns.js';
import { createFakeHost, type FakePool } from './fake-pool.js';

const { signal } = new AbortController();
setMaxListeners(0, signal);
const caller = { id: 'req_1', client: 'me', signal };
const CALL = {
  kind: 'chat' as const,
  request: { messages: [{ role: 'user' as const, content: 'Hello!' }], params: {} },
};
const slow = (): void => {};
const LATER = { isQuarantined: false, delayMs: 300_000 };

function isListed({ loadedAt }: ModelHost): boolean {
  return loadedAt !== undefined;
}

/** Its one replica. */
function only(host: ModelHost): ReplicaSnapshot {
  const [replica] = host.snapshot().replicas;
  assert.ok(replica);
  return replica;
}

async function eventsOf(call: CallStream<ChatEvent>): Promise<ChatEvent[]> {
  const events: ChatEvent[] = [];
  for await (const batch of call) events.push(...batch);
  return events;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(5);
}

async function typesOf(call: CallStream<ChatEvent>): Promise<string[]> {
  return (await eventsOf(call)).map(({ type }) => type);
}

describe('loading', () => {
  test('is shared by all who wait', async () => {
    const { host, pools, pool } = createFakeHost({}, slow);
    assert.equal(host.state, 'idle');
    const waiting = [host.ensureReady(signal), host.ensureReady(signal), host.ensureReady(signal)];
    await turns();
    assert.equal(host.state, 'loading');
    assert.ok(!isListed(host));
    pool(0).loading.resolve();
    await Promise.all(waiting);
    await host.ensureReady(signal);
    assert.equal(pools.length, 1);
    assert.deepEqual(pool(0).asked, ['load']);
    assert.equal(host.state, 'ready');
    assert.ok(isListed(host));
    assert.equal(only(host).pid, 1);
  });

  test('comes after the download, whose progress is logged', async () => {
    const downloaded = deferred();
    const { host, pool, log } = createFakeHost({
      download: (onProgress) => {
        onProgress({ downloadedBytes: 5, totalBytes: 10 });
        return downloaded.promise;
      },
    });
    const waiting = host.ensureReady(signal);
    await turns();
    assert.deepEqual(pool(0).asked, []);
    downloaded.resolve();
    await waiting;
    assert.deepEqual(pool(0).asked, ['load']);
    assert.ok(log.some((line) => line.msg === 'model downloading' && line.downloadedBytes === 5));
  });

  test('that fails fails for all who wait, and the next request tries again', async () => {
    const { host, pools, pool, log } = createFakeHost({}, slow);
    const failure = new ApiError('model_load_failed', 'No such file.');
    const waiting = [host.ensureReady(signal), host.ensureReady(signal)];
    pool(0).closing.resolve();
    pool(0).loading.reject(failure);
    for (const one of waiting) await assert.rejects(one, failure);
    assert.ok(!isListed(host));
    assert.equal(only(host).pid, undefined);
    assert.ok(log.some(({ msg }) => msg === 'model load failed'));
    assert.deepEqual(pool(0).asked, ['load', 'close']);
    await until(() => host.state === 'idle');

    const next = host.ensureReady(signal);
    assert.equal(pools.length, 2);
    pool(1).loading.resolve();
    await next;
    assert.equal(only(host).pid, pool(1).pid);
  });

  test('that fails fails for the calls that wait too', async () => {
    const { host, pool } = createFakeHost({}, slow);
    const failure = new ApiError('model_load_failed', 'No such file.');
    const calls = [host.call(CALL, caller), host.call(CALL, caller), host.call(CALL, caller)];
    await turns();
    pool(0).closing.resolve();
    pool(0).loading.reject(failure);
    for (const call of calls) await assert.rejects(call, failure);
    await host.stop();
  });

  test('whose download fails closes the worker that was to load', async () => {
    const failure = new ApiError('model_load_failed', 'No such address.');
    const { host, pool } = createFakeHost({ download: () => Promise.reject(failure) });
    await assert.rejects(host.ensureReady(signal), failure);
    assert.deepEqual(pool(0).asked, ['close']);
    await until(() => host.state === 'idle');
  });

  test('goes on when one who waits leaves, and one who left before does not start it', async () => {
    const { host, pools, pool } = createFakeHost({}, slow);
    const reason = new Error('the client hung up');
    await assert.rejects(host.ensureReady(AbortSignal.abort(reason)), reason);
    assert.equal(pools.length, 0);

    const abort = new AbortController();
    const leaving = host.ensureReady(abort.signal);
    const staying = host.ensureReady(signal);
    abort.abort(reason);
    await assert.rejects(leaving, reason);
    assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
    pool(0).loading.resolve();
    await staying;
    assert.equal(only(host).pid, pool(0).pid);
  });

  test('that cannot even begin leaves the model idle', async () => {
    const { host } = createFakeHost({}, () => {
      throw new Error('no Bare entry');
    });
    await assert.rejects(host.ensureReady(signal), /no Bare entry/);
    await assert.rejects(host.ensureReady(signal), /no Bare entry/);
    assert.equal(host.state, 'idle');
  });
});

test('how long a request wants the model to stay holds until it is unloaded, also if it comes while it goes', async () => {
  const { host, pools, pool } = createFakeHost({}, (one) => one.loading.resolve());
  const expires = (): boolean => host.snapshot().expiresAt !== undefined;
  const callOnce = async (keepAliveMs?: number): Promise<void> => {
    if (keepAliveMs !== undefined) host.keepAlive(keepAliveMs);
    const call = await host.call(CALL, caller);
    assert.ok(!expires());
    const last = pools.at(-1);
    (await last?.callAt(last.calls.length - 1))?.end();
    await call.ended;
    await turns();
  };
  await callOnce();
  assert.ok(!expires());
  await callOnce(60_000);
  assert.ok(expires());
  await callOnce();
  assert.ok(expires());
  const unloading = host.unload();
  const late = callOnce(60_000);
  pool(0).closing.resolve();
  await Promise.all([unloading, late]);
  assert.ok(expires());
  pool(1).closing.resolve();
  await host.unload();
  assert.ok(!expires());
  await callOnce();
  assert.ok(!expires());
  pool(2).closing.resolve();
  await host.stop();
});

test('memory that comes when the model has been unloaded is given back', async () => {
  let left = 0;
  const { host } = createFakeHost({
    admit: (signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => setImmediate(resolve, () => (left += 1)));
      }),
  });
  const waiting = host.ensureReady(signal);
  await turns();
  await host.unload(0);
  await assert.rejects(waiting, { code: 'model_unloaded' });
  await turns();
  assert.equal(left, 1);
});

describe('a call', () => {
  test('loads the model and streams', async () => {
    const { host, pool } = createFakeHost();
    const call = await host.call(CALL, caller);
    const [running] = pool(0).calls;
    assert.deepEqual(running?.call, CALL);
    running?.emit({ type: 'text-delta', text: 'Hi' });
    running?.end();
    assert.deepEqual(await typesOf(call), ['text-delta', 'end']);
  });

  test('waits for a slot, in order', async () => {
    const { host, pool } = createFakeHost();
    await host.ensureReady(signal);
    const order: string[] = [];
    const start = async (name: string) => {
      const call = await host.call(CALL, caller);
      order.push(name);
      return call;
    };
    const calls = [start('a'), start('b'), start('c')];
    await calls[0];
    await turns();
    assert.deepEqual(order, ['a']);
    (await pool(0).callAt(0)).end();
    await calls[1];
    (await pool(0).callAt(1)).end();
    await calls[2];
    assert.deepEqual(order, ['a', 'b', 'c']);
  });

  test('runs beside others in as many slots as there are', async () => {
    const { host, pool } = createFakeHost({ slots: 2 });
    await Promise.all([host.call(CALL, caller), host.call(CALL, caller)]);
    assert.equal(pool(0).calls.length, 2);
  });

  test('gives its slot back only when the worker has let go of it', async () => {
    const { host, pool } = createFakeHost();
    const abort = new AbortController();
    const call = await host.call(CALL, { id: 'req_1', client: 'me', signal: abort.signal });
    const next = host.call(CALL, caller);
    const reason = new Error('the client hung up');
    abort.abort(reason);
    await (await pool(0).callAt(0)).cancelled;
    await turns();
    assert.equal(pool(0).calls.length, 1, 'the engine may still be at the first call');
    (await pool(0).callAt(0)).emit({ type: 'cancelled' });
    (await pool(0).callAt(0)).close();
    await next;
    await assert.rejects(eventsOf(call), reason);
  });

  test('is refused when too many wait', async () => {
    const { host } = createFakeHost();
    await host.call(CALL, caller);
    const clients = Array.from({ length: 64 }, () => new AbortController());
    const waiting = clients.map((client) =>
      host.call(CALL, { id: 'req_1', client: 'me', signal: client.signal }),
    );
    await turns();
    await assert.rejects(host.call(CALL, caller), { code: 'queue_full' });
    for (const client of clients) client.abort();
    await Promise.allSettled(waiting);
  });

  test('that is aborted in the turn in which it gets its slot does not begin', async () => {
    const { host, pool } = createFakeHost();
    const first = await host.call(CALL, caller);
    const abort = new AbortController();
    const reason = new Error('the client hung up');
    const second = host.call(CALL, { id: 'req_1', client: 'me', signal: abort.signal });
    await turns();
    // Between the slot's release and the second call's start lie some promises only.
    const aborted = first.ended.then(() => abort.abort(reason));
    (await pool(0).callAt(0)).end();
    await aborted;
    await assert.rejects(second, reason);
    assert.equal(pool(0).calls.length, 1);
    const third = await host.call(CALL, caller);
    (await pool(0).callAt(1)).end();
    assert.deepEqual(await typesOf(third), ['end']);
  });

  test('that is aborted at whatever moment of its start is not left running', async () => {
    for (let moment = 0; moment < 12; moment += 1) {
      const { host, pool } = createFakeHost();
      await host.ensureReady(signal);
      const abort = new AbortController();
      const reason = new Error('another choice failed');
      const call = host.call(CALL, { id: 'call', client: 'me', signal: abort.signal }).then(eventsOf);
      call.catch(() => {});
      for (let turn = 0; turn < moment; turn += 1) await Promise.resolve();
      abort.abort(reason);
      await assert.rejects(
        Promise.race([call, turns().then(() => assert.fail(`it runs on, aborted at ${moment}`))]),
        reason,
      );
      for (const begun of pool(0).calls) begun.close();
    }
  });

  test('leaves no listener on its signal', async () => {
    const { host, pool } = createFakeHost();
    const abort = new AbortController();
    const call = await host.call(CALL, { id: 'req_1', client: 'me', signal: abort.signal });
    assert.equal(getEventListeners(abort.signal, 'abort').length, 1);
    (await pool(0).callAt(0)).end();
    await call.ended;
    await turns();
    assert.equal(getEventListeners(abort.signal, 'abort').length, 0);
  });
});

describe('a worker that dies', () => {
  test('is replaced without being asked', async () => {
    const { host, pools, pool, log } = createFakeHost();
    await host.ensureReady(signal);
    pool(0).die('it was killed');
    await until(() => pools.length === 2 && host.state === 'ready');
    assert.deepEqual(pool(0).asked, ['load', 'close']);
    assert.ok(log.some(({ msg, reason }) => msg === 'model worker died' && reason === 'it was killed'));
    assert.ok(log.some(({ msg, failures }) => msg === 'model backs off' && failures === 1));
    assert.ok(isListed(host));
    assert.equal(only(host).pid, pool(1).pid);
  });

  test('is waited for: who asks meanwhile gets the next', async () => {
    const { host, pools, pool } = createFakeHost();
    await host.ensureReady(signal);
    pool(0).die('it was killed');
    await turns();
    await host.ensureReady(signal);
    assert.equal(only(host).pid, pool(1).pid);
    assert.equal(pools.length, 2);
  });

  test('and whose successors fail too is tried again, then quarantined, then tried once more', async () => {
    let isBroken = false;
    const { host, pools, pool, log } = createFakeHost({}, (it) => {
      it.closing.resolve();
      if (isBroken) it.loading.reject(new Error('it is broken'));
      else it.loading.resolve();
    });
    await host.ensureReady(signal);
    isBroken = true;
    pool(0).die('it was killed');
    await turns();
    await assert.rejects(host.ensureReady(signal), {
      code: 'model_quarantined',
      message: /'my-llm' failed 5 times .* DELETE \/v1\/models\/my-llm.* it is broken/,
    });
    assert.equal(host.state, 'failed');
    assert.equal(pools.length, 5);
    assert.ok(log.some(({ msg, failures }) => msg === 'model quarantined' && failures === 5));

    isBroken = false;
    await until(() => host.state === 'ready');
    assert.equal(pools.length, 6);
  });

  test('and is quarantined comes back when it is unloaded and asked for', async () => {
    const { host, pool } = createFakeHost({
      planRestart: () => ({ ...LATER, isQuarantined: true }),
    });
    await host.ensureReady(signal);
    pool(0).die('it was killed');
    await turns();
    await assert.rejects(host.call(CALL, caller), { code: 'model_quarantined', retryAfterSeconds: 300 });
    await host.unload();
    assert.equal(host.state, 'idle');
    await host.ensureReady(signal);
    assert.equal(only(host).pid, pool(1).pid);
  });

  test('is not replaced when it is unloaded before that, and who waited for it is told', async () => {
    const { host, pools, pool } = createFakeHost({ planRestart: () => LATER });
    await host.ensureReady(signal);
    pool(0).die('it was killed');
    await turns();
    const waiting = assert.rejects(host.ensureReady(signal), { code: 'model_unloaded' });
    await host.unload();
    assert.equal(host.state, 'idle');
    await waiting;
    assert.equal(pools.length, 1);
  });

  test('while the server stops is not replaced', async () => {
    const { host, pools, pool } = createFakeHost();
    await host.ensureReady(signal);
    host.refuse();
    pool(0).die('it was killed');
    await turns();
    await host.stop();
    assert.equal(host.state, 'idle');
    assert.equal(pools.length, 1);
  });

  test('fails the call that runs, and one that waits goes to the next worker', async () => {
    const { host, pool } = createFakeHost();
    const call = await host.call(CALL, caller);
    (await pool(0).callAt(0)).emit({ type: 'text-delta', text: 'Hi' });
    const waiting = host.call(CALL, caller);
    await turns();
    pool(0).die('it was killed');
    await assert.rejects(eventsOf(call), { code: 'worker_crashed', message: /'my-llm'/ });
    const next = await waiting;
    assert.equal(pool(0).calls.length, 1);
    (await pool(1).callAt(0)).end();
    assert.deepEqual(await typesOf(next), ['end']);
  });

  test('is not given a call that waited for it, when the next worker is ready by then', async () => {
    const { host, pool } = createFakeHost({}, (it) => it.loading.resolve());
    await host.call(CALL, caller);
    const waiting = host.call(CALL, caller);
    await turns();
    pool(0).dying.resolve({ code: 'worker_crashed', reason: 'it was killed' }); // but its call has not ended yet
    await turns();
    await host.ensureReady(signal);
    assert.equal(only(host).pid, pool(1).pid);
    (await pool(0).callAt(0)).close();
    await waiting;
    assert.equal(pool(0).calls.length, 1);
    assert.equal(pool(1).calls.length, 1);
  });

  test('at the moment in which it has loaded is not taken for ready', async () => {
    const { host, pools, pool } = createFakeHost({}, slow);
    const waiting = host.ensureReady(signal);
    await turns();
    pool(0).loading.resolve();
    pool(0).die('it was killed');
    await until(() => pools.length === 2);
    pool(1).loading.resolve();
    await waiting;
    assert.equal(only(host).pid, pool(1).pid);
  });

  test('while it drains ends the unload, when it is gone', async () => {
    const { host, pool } = createFakeHost({}, (it) => it.loading.resolve());
    await host.call(CALL, caller);
    let isUnloaded = false;
    const unloading = host.unload().then(() => {
      isUnloaded = true;
    });
    await turns();
    assert.equal(host.state, 'draining');
    pool(0).die('it was killed');
    await turns();
    assert.equal(host.state, 'idle');
    assert.equal(isUnloaded, false, 'thread and process are not gone yet');
    pool(0).closing.resolve();
    await unloading;
  });

  test('while it drains does not take the next worker with it', async () => {
    const { host, pool } = createFakeHost({ slots: 2 }, (it) => it.loading.resolve());
    await host.call(CALL, caller);
    const unloading = host.unload();
    await turns();
    pool(0).dying.resolve({ code: 'worker_crashed', reason: 'it was killed' }); // but its call has not ended yet
    await turns();
    const next = await host.call(CALL, caller);
    const unloadingNext = host.unload();
    await turns();
    pool(0).closing.resolve();
    await unloading;
    assert.equal(host.state, 'draining', 'the call of the second worker still runs');
    assert.deepEqual(pool(1).asked, ['load', 'call']);
    (await pool(1).callAt(0)).end();
    pool(1).closing.resolve();
    await unloadingNext;
    assert.deepEqual(await typesOf(next), ['end']);
    assert.deepEqual(pool(1).asked, ['load', 'call', 'close']);
  });
});

describe('unloading', () => {
  test('closes the worker and the next request loads again', async () => {
    const { host, pool } = createFakeHost();
    await host.ensureReady(signal);
    await host.unload();
    assert.equal(host.state, 'idle');
    assert.ok(!isListed(host));
    assert.equal(only(host).pid, undefined);
    assert.deepEqual(pool(0).asked, ['load', 'close']);
    await host.ensureReady(signal);
    assert.equal(only(host).pid, pool(1).pid);
  });

  test('what is not loaded is done at once, and twice at once is once', async () => {
    const { host, pools, pool } = createFakeHost();
    await host.unload();
    assert.equal(pools.length, 0);
    await host.ensureReady(signal);
    await Promise.all([host.unload(), host.unload()]);
    assert.deepEqual(pool(0).asked, ['load', 'close']);
  });

  test('resolves when the worker is gone, not before', async () => {
    const { host, pool } = createFakeHost({}, (it) => it.loading.resolve());
    await host.ensureReady(signal);
    let unloaded = 0;
    const unloading = [host.unload(), host.unload()].map((one) => one.then(() => unloaded++));
    await turns();
    assert.equal(host.state, 'unloading');
    assert.ok(!isListed(host));
    assert.equal(unloaded, 0);
    pool(0).closing.resolve();
    await Promise.all(unloading);
  });

  test('lets running calls finish; one that waits and one that comes go to the next worker', async () => {
    const { host, pool } = createFakeHost();
    const running = await host.call(CALL, caller);
    const waiting = host.call(CALL, caller);
    await turns();
    const unloading = host.unload();
    const late = host.call(CALL, caller);
    await turns();
    assert.equal(host.state, 'draining');
    assert.ok(isListed(host), 'it still serves');
    (await pool(0).callAt(0)).emit({ type: 'text-delta', text: 'whole' });
    (await pool(0).callAt(0)).end();
    assert.deepEqual(await typesOf(running), ['text-delta', 'end']);
    await unloading;
    await turns();
    (await pool(1).callAt(0)).end();
    (await pool(1).callAt(1)).end();
    for (const call of [await waiting, await late]) assert.deepEqual(await typesOf(call), ['end']);
    assert.equal(pool(0).calls.length, 1);
  });

  test('cancels at the deadline what still runs, and waits until the engine has let go', async () => {
    const { host, pool } = createFakeHost();
    const call = await host.call(CALL, caller);
    const unloading = host.unload(0);
    await (await pool(0).callAt(0)).cancelled;
    await turns();
    assert.equal(host.state, 'draining');
    assert.deepEqual(pool(0).asked, ['load', 'call']);
    (await pool(0).callAt(0)).emit({ type: 'cancelled' });
    (await pool(0).callAt(0)).close();
    await unloading;
    await assert.rejects(eventsOf(call), { code: 'model_unloaded', message: /'my-llm'/ });
    assert.deepEqual(pool(0).asked, ['load', 'call', 'close']);
  });

  test('while it loads refuses those who wait for the load, and one who comes then loads again', async () => {
    const { host, pool } = createFakeHost({}, slow);
    const waiting = host.ensureReady(signal);
    await turns();
    const unloading = host.unload();
    assert.equal(host.state, 'unloading');
    const late = host.ensureReady(signal);
    pool(0).loading.reject(new ApiError('model_unloaded', 'closed'));
    await assert.rejects(waiting, { code: 'model_unloaded', message: /while it was loading/ });
    pool(0).closing.resolve();
    await unloading;
    await turns();
    pool(1).loading.resolve();
    await late;
    assert.equal(only(host).pid, pool(1).pid);
    assert.deepEqual(pool(0).asked, ['load', 'close']);
  });

  test('while it loads, at whatever moment, does not end the load that comes after', async () => {
    for (let moment = 0; moment < 12; moment += 1) {
      for (const state of ['downloading', 'loading', 'failing']) {
        const { host, pools } = createFakeHost(
          {
            download: () =>
              state === 'downloading' && pools.length < 2 ? new Promise(() => {}) : Promise.resolve(),
            planRestart: () => LATER,
          },
          (it) => {
            it.closing.resolve();
            if (state === 'failing' && it.pid === 1) it.loading.reject(new Error('it is broken'));
            if (it.pid > 1) it.loading.resolve();
          },
        );
        const waiting = assert.rejects(host.ensureReady(signal));
        for (let turn = 0; turn < moment; turn += 1) await Promise.resolve();
        const unloading = host.unload();
        const late = host.ensureReady(signal);
        await Promise.race([late, turns().then(() => assert.fail(`${state} ${moment} ${host.state}`))]);
        await Promise.all([waiting, unloading]);
        await turns();
        assert.equal(host.state, 'ready', `${state}, unloaded at ${moment}`);
        await host.ensureReady(signal);
        assert.equal(only(host).pid, pools[1]?.pid);
      }
    }
  });

  test('at the moment in which the load ends does not leave it listed as loaded', async () => {
    for (const order of [
      ['loaded', 'unload'],
      ['unload', 'loaded'],
    ]) {
      const { host, pool } = createFakeHost({}, (it) => it.closing.resolve());
      const waiting = host.ensureReady(signal);
      await turns();
      const steps = {
        loaded: () => pool(0).loading.resolve(),
        unload: () => host.unload(),
      };
      const done = order.map((step) => steps[step as keyof typeof steps]());
      await assert.rejects(waiting, { code: 'model_unloaded' });
      await Promise.all(done);
      assert.equal(host.state, 'idle');
      assert.ok(!isListed(host));
    }
  });

  test('at the moment in which the download ends does not load into a worker that is closed', async () => {
    const downloaded = deferred();
    const { host, pool } = createFakeHost({ download: () => downloaded.promise });
    const waiting = host.ensureReady(signal);
    await turns();
    downloaded.resolve();
    const unloading = host.unload();
    await assert.rejects(waiting, { code: 'model_unloaded' });
    await unloading;
    assert.deepEqual(pool(0).asked, ['close']);
  });

  test('while a worker that failed to load is closed ends both', async () => {
    const { host, pool } = createFakeHost({}, slow);
    const failure = new ApiError('model_load_failed', 'No such file.');
    const waiting = host.ensureReady(signal);
    pool(0).loading.reject(failure);
    await turns();
    const unloading = host.unload();
    pool(0).closing.resolve();
    await assert.rejects(waiting, failure);
    await unloading;
    assert.equal(host.state, 'idle');
    const next = host.ensureReady(signal);
    pool(1).loading.resolve();
    await next;
    assert.equal(only(host).pid, pool(1).pid);
  });
});

describe('stopping', () => {
  test('cancels what runs and refuses what waits or comes, without loading again', async () => {
    const { host, pools, pool } = createFakeHost();
    const running = await host.call(CALL, caller);
    const waiting = assert.rejects(host.call(CALL, caller), { code: 'shutting_down' });
    await turns();
    const stopping = host.stop();
    await waiting; // before the running one has ended
    await assert.rejects(host.call(CALL, caller), { code: 'shutting_down' });
    await (await pool(0).callAt(0)).cancelled;
    (await pool(0).callAt(0)).emit({ type: 'cancelled' });
    (await pool(0).callAt(0)).close();
    await stopping;
    await assert.rejects(eventsOf(running), { code: 'shutting_down' });
    assert.equal(pools.length, 1);
    assert.equal(host.state, 'idle');
  });

  test('does not wait for the deadline of an unload that drains already', async () => {
    const { host, pool } = createFakeHost();
    const running = await host.call(CALL, caller);
    const unloading = host.unload(3_600_000);
    await turns();
    const stopping = host.stop();
    await (await pool(0).callAt(0)).cancelled;
    (await pool(0).callAt(0)).emit({ type: 'cancelled' });
    (await pool(0).callAt(0)).close();
    await stopping;
    await unloading;
    await assert.rejects(eventsOf(running), { code: 'shutting_down' });
  });

  test('ends a load', async () => {
    const { host, pools } = createFakeHost({}, (it) => it.closing.resolve());
    const waiting = host.ensureReady(signal);
    await turns();
    await host.stop();
    await assert.rejects(waiting, { code: 'shutting_down' });
    await assert.rejects(host.ensureReady(signal), { code: 'shutting_down' });
    assert.equal(pools.length, 1);
  });
});

describe('refusing', () => {
  test('lets running calls go on and tells those that wait at once', async () => {
    const { host, pool } = createFakeHost();
    const running = await host.call(CALL, caller);
    const waiting = assert.rejects(host.call(CALL, caller), { code: 'shutting_down' });
    await turns();
    host.refuse();
    await waiting;
    (await pool(0).callAt(0)).end();
    assert.deepEqual(
      (await eventsOf(running)).map(({ type }) => type),
      ['end'],
    );
    assert.equal(host.state, 'ready');
  });

  test('ends a load', async () => {
    const { host } = createFakeHost({}, (it) => it.closing.resolve());
    const waiting = assert.rejects(host.ensureReady(signal), { code: 'shutting_down' });
    await turns();
    host.refuse();
    await waiting;
    await host.stop();
    assert.equal(host.state, 'idle');
  });

  test('can be taken back: who comes then waits for the last call, and has the model loaded again', async () => {
    const { host, pools, pool } = createFakeHost();
    const running = await host.call(CALL, caller);
    host.refuse();
    const unloading = host.unload();
    await assert.rejects(host.call(CALL, caller), { code: 'shutting_down' });
    host.accept();
    const waiting = host.call(CALL, caller);
    const loading = host.ensureReady(signal);
    await turns();
    assert.equal(host.state, 'draining');
    (await pool(0).callAt(0)).end();
    assert.deepEqual(await typesOf(running), ['end']);
    await unloading;
    await loading;
    const next = await waiting;
    (await pool(1).callAt(0)).end();
    assert.deepEqual(await typesOf(next), ['end']);
    assert.equal(pools.length, 2);
  });
});

test('killing kills the worker that there is', async () => {
  const { host, pool } = createFakeHost();
  host.kill();
  await host.ensureReady(signal);
  host.kill();
  assert.deepEqual(pool(0).asked, ['load', 'kill']);
});

describe('a snapshot', () => {
  test('has the calls that run, those that wait in the order of their turns, and how the worker ended last', async () => {
    const { host, pool } = createFakeHost({ queueLimit: 8 });
    const ask = (id: string, client: string) => host.call(CALL, { id, client, signal });
    const ids = (calls: readonly { id: string }[]) => calls.map(({ id }) => id);
    const running = await ask('req_1', 'me');
    const waiting = [ask('req_2', 'me'), ask('req_3', 'me'), ask('req_4', 'you')];
    const before = { ...host.snapshot(), ...only(host) };
    assert.deepEqual(ids(before.calls), ['req_1']);
    assert.ok(before.calls[0]?.startedAt);
    assert.deepEqual(ids(before.queue), ['req_2', 'req_4', 'req_3']);
    assert.equal(before.queue[0]?.startedAt, undefined);
    assert.deepEqual(
      [before.state, before.incarnation, before.restarts, before.pid, before.lastExit],
      ['ready', 1, 0, 1, undefined],
    );

    pool(0).die('it was killed\nlast words\nof the engine');
    await running.ended;
    await until(() => host.state === 'ready');
    for (const index of waiting.keys()) (await pool(1).callAt(index)).end();
    await Promise.all((await Promise.all(waiting)).map(({ ended }) => ended));
    const after = { ...host.snapshot(), ...only(host) };
    assert.deepEqual([after.calls, after.queue], [[], []]);
    assert.deepEqual([after.state, after.incarnation, after.restarts, after.pid], ['ready', 2, 1, 2]);
    const { code, reason, stderrTail } = after.lastExit ?? {};
    assert.deepEqual(
      { code, reason, stderrTail },
      { code: 'worker_crashed', reason: 'it was killed', stderrTail: ['last words', 'of the engine'] },
    );
    await host.stop();
  });

  test('of a call that has its slot and waits for the model says that it has not started', async () => {
    const { host, pool } = createFakeHost({}, slow);
    const call = host.call(CALL, caller);
    call.catch(() => {});
    await turns();
    const [seen] = host.snapshot().calls;
    assert.deepEqual([seen?.id, seen?.startedAt], ['req_1', undefined]);
    pool(0).closing.resolve();
    await host.stop();
    await assert.rejects(call, { code: 'shutting_down' });
    assert.deepEqual(host.snapshot().calls, []);
  });
});

describe('replicas', () => {
  const two = { replicas: 2, slots: 1, queueLimit: 8 };
  const endAll = (pools: readonly FakePool[]): void => {
    for (const call of pools.flatMap(({ calls }) => calls)) call.end();
  };
  const states = (host: ModelHost) => host.snapshot().replicas.map(({ state }) => state);

  test('are loaded together, and each call goes to one that is free', async () => {
    const { host, pools, pool } = createFakeHost(two);
    await host.ensureReady(signal);
    assert.deepEqual(states(host), ['ready', 'ready']);
    const calls = [await host.call(CALL, caller), await host.call(CALL, caller)];
    const third = host.call(CALL, caller);
    await turns();
    assert.deepEqual(
      host.snapshot().replicas.map(({ running }) => running),
      [1, 1],
    );
    assert.equal(host.snapshot().queue.length, 1);
    (await pool(1).callAt(0)).end();
    await calls[1]?.ended;
    await third;
    await pool(1).callAt(1); // the one that was freed
    assert.equal(pool(0).calls.length, 1);
    endAll(pools);
    await host.stop();
  });

  test('take the calls that wait for the load one by one: none gets more than it has slots', async () => {
    const { host, pools, pool } = createFakeHost(two, slow);
    const calls = [host.call(CALL, caller), host.call(CALL, caller)];
    await turns();
    assert.equal(pools.length, 2);
    pool(0).loading.resolve();
    await Promise.race(calls);
    await turns();
    assert.deepEqual([pool(0).calls.length, pool(1).calls.length], [1, 0]);
    assert.equal(host.state, 'ready');
    pool(1).loading.resolve();
    await Promise.all(calls);
    assert.deepEqual([pool(0).calls.length, pool(1).calls.length], [1, 1]);
    endAll(pools);
    for (const one of pools) one.closing.resolve();
    await host.stop();
  });

  test('do not miss one that dies: the model is ready, and the other answers', async () => {
    const { host, pool, pools } = createFakeHost({ ...two, planRestart: () => LATER });
    await host.ensureReady(signal);
    pool(0).die('it was killed');
    await turns();
    assert.deepEqual(states(host), ['backoff', 'ready']);
    assert.equal(host.state, 'ready');
    const first = await host.call(CALL, caller);
    const second = host.call(CALL, caller); // has a slot, but there is no replica for it
    await turns();
    assert.equal(pool(1).calls.length, 1);
    const leaving = new AbortController();
    const left = host.call(CALL, { ...caller, signal: leaving.signal });
    leaving.abort(new Error('I left'));
    await assert.rejects(left, /I left/);
    (await pool(1).callAt(0)).end();
    await first.ended;
    await second;
    assert.deepEqual([pool(1).calls.length, pools.length], [2, 2]);
    endAll(pools);
    await host.stop();
  });

  test('of which one can not be loaded: the other answers, and those that wait are not refused', async () => {
    const { host, pools, pool } = createFakeHost(two, (it) => {
      it.closing.resolve();
      if (it.pid === 1) it.loading.reject(new ApiError('model_load_failed', 'No memory.'));
    });
    const calls = [1, 2, 3].map(() => host.call(CALL, caller));
    await until(() => pools.length === 2 && states(host)[0] === 'idle');
    pool(1).loading.resolve();
    await until(() => pools.length === 3); // the first call woke it
    assert.equal(pool(1).calls.length, 1);
    pool(2).loading.resolve();
    (await pool(2).callAt(0)).end();
    await Promise.all(calls);
    assert.deepEqual(states(host), ['ready', 'ready']);
    endAll(pools);
    await host.stop();
  });

  test('that all fail to load fail the calls that wait, with the reason', async () => {
    const failure = new ApiError('model_load_failed', 'No such file.');
    const { host, pool } = createFakeHost(two, (it) => {
      it.closing.resolve();
    });
    const calls = [1, 2, 3].map(() => host.call(CALL, caller));
    await turns();
    pool(0).loading.reject(failure);
    await turns();
    assert.equal(host.state, 'loading');
    pool(1).loading.reject(failure);
    for (const call of calls) await assert.rejects(call, failure);
    await host.stop();
  });

  test('are unloaded together', async () => {
    const { host, pools } = createFakeHost(two);
    await host.ensureReady(signal);
    await host.unload();
    assert.equal(host.state, 'idle');
    assert.deepEqual(
      pools.map(({ asked }) => asked.at(-1)),
      ['close', 'close'],
    );
    assert.ok(!isListed(host));
  });

  test('tell of their changes by their number, with the state that the model has then', async () => {
    const seen: string[] = [];
    const { host } = createFakeHost({
      ...two,
      onState: ({ replica, event }, state) => seen.push(`${replica} ${event}: ${state}`),
    });
    await host.ensureReady(signal);
    assert.deepEqual(seen, ['1 load: loading', '2 load: loading', '1 loaded: ready', '2 loaded: ready']);
    await host.stop();
  });
});
