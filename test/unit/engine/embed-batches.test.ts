import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BATCH_CHARS, BATCH_TEXTS, toEmbedBatches } from '../../../src/engine/embed-batches.js';

/** llama.cpp's LLAMA_MAX_SEQ. */
const ENGINE_TEXTS = 256;

test('every text is in one batch, in its place', () => {
  const texts = Array.from({ length: 2048 }, (_, index) => `text ${index} ${'x'.repeat(index)}`);
  const batches = toEmbedBatches(texts);
  assert.deepEqual(
    batches.flatMap((batch) => batch.texts),
    texts,
  );
  for (const { first, texts: some } of batches) assert.equal(some[0], texts[first]);
});

test('a batch has no more texts than the engine decodes at once', () => {
  const sizes = toEmbedBatches(Array.from({ length: 2 * BATCH_TEXTS + 1 }, () => 'x')).map(
    ({ texts }) => texts.length,
  );
  assert.deepEqual(sizes, [BATCH_TEXTS, BATCH_TEXTS, 1]);
  assert.ok(BATCH_TEXTS <= ENGINE_TEXTS);
});

test('a batch of long texts has fewer, and one that is too long is alone', () => {
  const half = 'x'.repeat(BATCH_CHARS / 2);
  const sizes = toEmbedBatches([half, half, 'x', half.repeat(3), 'x', 'x']).map(({ texts }) => texts.length);
  assert.deepEqual(sizes, [2, 1, 1, 2]);
});

test('no texts, no batches', () => assert.deepEqual(toEmbedBatches([]), []));
