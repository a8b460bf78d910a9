import assert from 'node:assert/strict';
import { test } from 'node:test';
import { endCancelledTranscriptions } from '../../../../workers/bare/end-cancelled-transcription.js';
import { deferred } from '../../../support/deferred.js';
import { turns } from '../../../support/turns.js';

/** A model as the SDK's plugin makes it: its cancel stops the engine and tells nobody. */
function createModel() {
  const runs: Uint8Array[][] = [];
  const stopped = deferred();
  const addon = { cancel: () => stopped.promise };
  const model = {
    addon,
    async run(audio: AsyncIterable<Uint8Array>) {
      const chunks: Uint8Array[] = [];
      runs.push(chunks);
      for await (const chunk of audio) chunks.push(chunk);
      const { promise, reject } = deferred<unknown>();
      return { await: () => promise, failed: reject };
    },
  };
  endCancelledTranscriptions(model);
  return { model, addon, runs, stopped };
}

async function* audioOf(...chunks: number[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Uint8Array.of(chunk);
}

test('the engine gets all of the audio', async () => {
  const { model, runs } = createModel();
  await model.run(audioOf(1, 2));
  assert.deepEqual(runs, [[Uint8Array.of(1), Uint8Array.of(2)]]);
});

test('a cancelled call fails once the engine has stopped', async () => {
  const { model, addon, stopped } = createModel();
  const response = await model.run(audioOf(1));
  const cancelling = addon.cancel();
  stopped.resolve();
  await cancelling;
  await assert.rejects(response.await(), /Job cancelled/);
});

test('the next call does not begin before the engine has stopped', async () => {
  const { model, addon, runs, stopped } = createModel();
  await model.run(audioOf(1));
  void addon.cancel();
  const next = model.run(audioOf(2));
  await turns();
  assert.equal(runs.length, 1);
  stopped.resolve();
  await next;
  assert.deepEqual(runs[1], [Uint8Array.of(2)]);
});

test('a call that is cancelled while its audio is read never gets to the engine', async () => {
  const { model, addon, runs, stopped } = createModel();
  stopped.resolve();
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

test('leaves alone what is no such model', () => {
  const other = { load: async () => {} };
  endCancelledTranscriptions(other);
  assert.deepEqual(Object.keys(other), ['load']);
});
