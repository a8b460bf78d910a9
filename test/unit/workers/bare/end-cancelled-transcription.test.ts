import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endCancelledTranscriptions } from '../../../../workers/bare/end-cancelled-transcription.js';
import { deferred } from '../../../support/deferred.js';
import { turns } from '../../../support/turns.js';

/** A model as the SDK's plugin makes it, with an engine that ends a job some time after it was told to. */
function createModel(repeatMs?: number) {
  const runs: Uint8Array[][] = [];
  const cancels: unknown[] = [];
  let forgotten = 0;
  const ended = deferred<unknown>();
  const addon = {
    _handle: 'handle',
    _binding: {
      async cancel(handle: unknown): Promise<void> {
        cancels.push(handle);
      },
    },
    async cancel() {
      forgotten += 1;
    },
  };
  const model = {
    addon,
    async run(audio: AsyncIterable<Uint8Array>) {
      const chunks: Uint8Array[] = [];
      runs.push(chunks);
      for await (const chunk of audio) chunks.push(chunk);
      return { await: () => ended.promise };
    },
  };
  endCancelledTranscriptions(model, repeatMs);
  return { model, addon, runs, cancels, ended, forgotten: () => forgotten };
}

async function* audioOf(...chunks: number[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Uint8Array.of(chunk);
}

test('the engine gets all of the audio', async () => {
  const { model, runs } = createModel();
  await model.run(audioOf(1, 2));
  assert.deepEqual(runs, [[Uint8Array.of(1), Uint8Array.of(2)]]);
});

test('a running call is cancelled in the engine, until that says it has ended', async (t) => {
  const later: (() => void)[] = [];
  t.mock.method(globalThis, 'setTimeout', (callback: () => void) => later.push(callback));
  const { model, addon, cancels, ended, forgotten } = createModel(50);
  await model.run(audioOf(1));
  let isCancelled = false;
  const cancelling = addon.cancel().then(() => {
    isCancelled = true;
  });
  await turns();
  assert.deepEqual(cancels, ['handle']);
  later[0]?.();
  await turns();
  assert.deepEqual(cancels, ['handle', 'handle']);
  assert.equal(isCancelled, false);
  ended.reject(new Error('Job cancelled'));
  await cancelling;
  assert.equal(forgotten(), 0);
});

test('an engine that never passes over a cancel is told once', async (t) => {
  const sleep = t.mock.method(globalThis, 'setTimeout', () => {});
  const { model, addon, cancels, ended } = createModel();
  await model.run(audioOf(1));
  const cancelling = addon.cancel();
  await turns();
  ended.reject(new Error('Job cancelled'));
  await cancelling;
  assert.deepEqual(cancels, ['handle']);
  assert.equal(sleep.mock.callCount(), 0);
});

/** A model whose call has ended when it was cancelled, before the engine answered the cancel. */
async function createCancelled() {
  const { model, addon, runs, ended } = createModel();
  const answer = deferred();
  addon._binding.cancel = () => answer.promise;
  await model.run(audioOf(1));
  void addon.cancel();
  ended.reject(new Error('Job cancelled'));
  await turns();
  return { model, addon, runs, answer };
}

test('the next call begins when the engine has answered every cancel of the one before', async () => {
  const { model, runs, answer } = await createCancelled();
  const next = model.run(audioOf(2));
  await turns();
  assert.equal(runs.length, 1);
  answer.resolve();
  await next;
  assert.equal(runs.length, 2);
});

test('a call that is cancelled while it waits for that never gets to the engine', async () => {
  const { model, addon, runs, answer } = await createCancelled();
  const next = model.run(audioOf(2));
  await turns();
  void addon.cancel();
  answer.resolve();
  await assert.rejects(next, /Job cancelled/);
  assert.equal(runs.length, 1);
});

test('a call that is cancelled while its audio is read never gets to the engine', async () => {
  const { model, addon, runs } = createModel();
  const more = deferred();
  async function* slow() {
    yield Uint8Array.of(1);
    await more.promise;
    yield Uint8Array.of(2);
  }
  const call = model.run(slow());
  await turns();
  await addon.cancel();
  more.resolve();
  await assert.rejects(call, /Job cancelled/);
  assert.deepEqual(runs, []);
});

test('without a call it is the cancel of the addon', async () => {
  const { model, addon, cancels, ended, forgotten } = createModel();
  await model.run(audioOf(1));
  ended.resolve(undefined);
  await turns();
  await addon.cancel();
  assert.equal(forgotten(), 1);
  assert.deepEqual(cancels, []);
});

test('leaves alone what is no such model', () => {
  const other = { load: async () => {} };
  endCancelledTranscriptions(other);
  assert.deepEqual(Object.keys(other), ['load']);
});
