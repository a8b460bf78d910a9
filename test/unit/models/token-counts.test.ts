import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countTokens } from '../../../src/models/token-counts.js';

const end = (promptTokens: number, completionTokens: number) =>
  ({
    type: 'end',
    finishReason: 'stop',
    usage: { promptTokens, completionTokens, cachedTokens: 0 },
  }) as const;

test('a reply counts while it comes, and by the engine at its end', () => {
  const counts = { prompt: 0, completion: 0 };
  const count = countTokens(counts);
  count([{ type: 'thinking-delta', text: 'Hm.' }]);
  count([
    { type: 'text-delta', text: 'H' },
    { type: 'text-delta', text: 'i' },
  ]);
  assert.deepEqual(counts, { prompt: 0, completion: 3 });
  count([{ type: 'text-delta', text: '!' }, end(7, 6)]);
  assert.deepEqual(counts, { prompt: 7, completion: 6 });
});

test('a reply with more parts than tokens does not count backwards, and calls add up', () => {
  const counts = { prompt: 1, completion: 10 };
  countTokens(counts)([{ type: 'text-delta', text: 'H' }, { type: 'text-delta', text: 'i' }, end(2, 1)]);
  assert.deepEqual(counts, { prompt: 3, completion: 12 });
});

test('of a tool call the end tells, of embeddings only the prompt counts, of transcriptions nothing', () => {
  const counts = { prompt: 0, completion: 0 };
  countTokens(counts)([{ type: 'tool-call', id: 'a', name: 'f', arguments: '{}' }, end(5, 9)]);
  countTokens(counts)([
    { type: 'vectors', size: 1, values: new Float32Array(1) },
    { type: 'end', promptTokens: 4 },
  ]);
  countTokens(counts)([{ type: 'end', text: 'Hello.' }]);
  assert.deepEqual(counts, { prompt: 9, completion: 9 });
});
