import assert from 'node:assert/strict';
import { test } from 'node:test';
import { failWithEngine } from '../../../../workers/bare/parakeet-failure.js';

/** A model as the SDK's plugin makes it, whose calls give `output`. */
async function run(output: unknown) {
  const failures: string[] = [];
  const model = {
    run: async (_audio: string) => ({
      onUpdate: (listener: (output: unknown) => void) => listener(output),
      failed: (error: Error) => void failures.push(error.message),
    }),
  };
  failWithEngine(model);
  await model.run('audio');
  return failures;
}

test('a text that says that the engine failed is an error', async () => {
  assert.deepEqual(await run([{ text: '[Inference error]' }]), ['the engine says [Inference error]']);
  assert.deepEqual(await run({ text: '[Model not loaded]' }), ['the engine says [Model not loaded]']);
});

test('what was heard is none', async () => {
  assert.deepEqual(await run([{ text: 'an [Inference error] is what?' }]), []);
  assert.deepEqual(await run([{ text: '[No speech detected]' }, {}]), []);
});

test('leaves alone what is no such model', () => {
  const other = { load: async () => {} };
  failWithEngine(other);
  assert.deepEqual(Object.keys(other), ['load']);
});
