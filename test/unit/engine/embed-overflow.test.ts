import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toEmbedOverflow } from '../../../src/engine/embed-overflow.js';

test('a text beyond the context, in the words of embed-llamacpp 0.28', () => {
  for (const noun of ['sequence', 'prompt']) {
    const message = `encodeHostF32Sequences: context overflow: number of tokens in ${noun} 3 (300) exceeds effective context size (256)`;
    assert.deepEqual(toEmbedOverflow(new Error(message)), {
      index: 3,
      tokens: 300,
      limit: 256,
      limitedBy: 'context',
    });
  }
});

test('a text beyond the batch size, which the engine does not name', () => {
  const message =
    'validateBatchLimitsOrThrow: batch overflow: number of tokens in input line (200) exceeds batch size (100), increase batch size and re-run';
  assert.deepEqual(toEmbedOverflow(new Error(message)), {
    index: undefined,
    tokens: 200,
    limit: 100,
    limitedBy: 'batchSize',
  });
});

test('anything else is none', () => {
  assert.equal(toEmbedOverflow(new Error('batchDecode: llama_decode failed')), undefined);
});
