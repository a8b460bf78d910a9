import assert from 'node:assert/strict';
import test from 'node:test';
import { type MetadataValue, writeGguf } from '../../../src/scripted-model/gguf-writer.js';
import { readGguf } from './read-gguf.js';

test('every metadata type is read back as it was written', () => {
  const metadata = new Map<string, MetadataValue>([
    ['count', { type: 'uint32', value: 4_000_000_000 }],
    ['epsilon', { type: 'float32', value: 0.25 }],
    ['yes', { type: 'bool', value: true }],
    ['no', { type: 'bool', value: false }],
    ['name', { type: 'string', value: 'naïve 🙂' }],
    ['types', { type: 'int32[]', value: [1, -2] }],
    ['scores', { type: 'float32[]', value: [0.5, -1] }],
    ['tokens', { type: 'string[]', value: ['', '▁a', '\n'] }],
    ['none', { type: 'string[]', value: [] }],
  ]);
  const read = readGguf(writeGguf(metadata, []));
  assert.deepEqual(
    [...read.metadata],
    [...metadata].map(([key, { value }]) => [key, value]),
  );
});

test('tensor data is aligned to 32 bytes and read back', () => {
  // 12 and 4 bytes: each needs padding after it.
  const first = Float32Array.of(1, 2, 3);
  const second = Float32Array.of(-4.5);
  const file = writeGguf(new Map([['k', { type: 'bool', value: true }]]), [
    { name: 'first', shape: [3, 1], data: first },
    { name: 'second', shape: [1], data: second },
  ]);
  const read = readGguf(file);
  assert.deepEqual(read.tensors.get('first'), { shape: [3, 1], offset: 0 });
  assert.deepEqual(read.tensors.get('second'), { shape: [1], offset: 32 });
  assert.deepEqual(read.data('first'), first);
  assert.deepEqual(read.data('second'), second);
  assert.equal(file.length % 32, 0);
});

test('only the part of a buffer that a tensor views is written', () => {
  const view = Float32Array.of(9, 9, 1, 2, 9).subarray(2, 4);
  const read = readGguf(writeGguf(new Map(), [{ name: 'view', shape: [2], data: view }]));
  assert.deepEqual(read.data('view'), Float32Array.of(1, 2));
});

test('a tensor that does not fill its shape is refused', () => {
  assert.throws(
    () => writeGguf(new Map(), [{ name: 'short', shape: [2, 3], data: new Float32Array(5) }]),
    /Tensor short of shape \[2,3\] needs 6 numbers, it has 5/,
  );
});
