import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  shortenVector,
  toEmbeddingList,
  toEmbeddingObject,
} from '../../../../src/http/openai/embeddings-reply.js';

const vector = new Float32Array([0.25, -1.5, 3e-8, 0]);

test('base64 is float32 with the low byte first', () => {
  const { embedding, ...rest } = JSON.parse(toEmbeddingObject(vector, 2, 'base64'));
  assert.deepEqual(rest, { object: 'embedding', index: 2 });
  assert.equal(embedding, 'AACAPgAAwL9Z2QAzAAAAAA==');
  const view = new DataView(Uint8Array.from(atob(embedding), (sign) => sign.charCodeAt(0)).buffer);
  const decoded = Array.from(vector, (_, index) => view.getFloat32(4 * index, true));
  assert.deepEqual(decoded, Array.from(vector));
});

test('of a part of an array it is that part', () => {
  const part = new Float32Array([9, ...vector, 9]).subarray(1, 5);
  assert.equal(toEmbeddingObject(part, 0, 'base64'), toEmbeddingObject(vector, 0, 'base64'));
});

test('float is an array of numbers', () => {
  const reply = JSON.parse(toEmbeddingObject(vector, 0, 'float'));
  assert.deepEqual(reply, { object: 'embedding', index: 0, embedding: Array.from(vector) });
});

test('a list has the shape of OpenAI', () => {
  const parts = [0, 1].map((index) => toEmbeddingObject(new Float32Array([index]), index, 'float'));
  assert.deepEqual(JSON.parse(toEmbeddingList(parts, 'my "model"', 7)), {
    object: 'list',
    data: [
      { object: 'embedding', index: 0, embedding: [0] },
      { object: 'embedding', index: 1, embedding: [1] },
    ],
    model: 'my "model"',
    usage: { prompt_tokens: 7, total_tokens: 7 },
  });
});

test('a shortened vector has length 1, unless nothing is left of it', () => {
  assert.deepEqual(Array.from(shortenVector(new Float32Array([3, 4, 12]), 2)), [0.6, 0.8].map(Math.fround));
  assert.deepEqual(Array.from(shortenVector(new Float32Array([0, 0, 1]), 2)), [0, 0]);
});
