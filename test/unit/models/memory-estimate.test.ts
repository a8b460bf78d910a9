import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateMemory, type ModelFacts } from '../../../src/models/memory-estimate.js';

const MB = 1024 ** 2;

/** Qwen3 0.6B. */
const header = new Map<string, string | number>([
  ['general.architecture', 'qwen3'],
  ['qwen3.block_count', 28],
  ['qwen3.context_length', 40_960],
  ['qwen3.embedding_length', 1_024],
  ['qwen3.attention.head_count', 16],
  ['qwen3.attention.head_count_kv', 8],
  ['qwen3.attention.key_length', 128],
  ['qwen3.attention.value_length', 128],
]);

const bare: ModelFacts = {
  type: 'llamacpp-completion',
  config: {},
  replicas: 1,
  fileBytes: 0,
  header: undefined,
};
const processBytes = estimateMemory(bare);

/** Megabytes beside the process. */
function megabytes(facts: Partial<ModelFacts>): number {
  return (estimateMemory({ ...bare, ...facts }) - processBytes) / MB;
}

test('a model takes its process, its files, and its context', () => {
  assert.ok(processBytes > 60 * MB && processBytes < 120 * MB);
  assert.equal(megabytes({ fileBytes: 365 * MB }), 365);
  // llama.cpp prints "KV self size = 112.00 MiB" for 1,024 tokens of this model.
  assert.equal(megabytes({ header }), 112);
  assert.equal(megabytes({ header, config: { ctx_size: 8192 } }), 896);
  assert.equal(megabytes({ header, config: { ctx_size: 0 } }), 4480);
  assert.equal(megabytes({ header, fileBytes: 365 * MB, config: { ctx_size: 8192 } }), 1261);
});

test('a context that is kept in fewer bits takes less', () => {
  assert.equal(megabytes({ header, config: { 'cache-type-k': 'q8_0', 'cache-type-v': 'q8_0' } }), 59.5);
  assert.equal(megabytes({ header, config: { 'cache-type-k': 'F32' } }), 168);
});

test('heads and their size are found where a model does not name them', () => {
  const old = new Map<string, string | number>([
    ['general.architecture', 'llama'],
    ['llama.block_count', 32],
    ['llama.embedding_length', 4_096],
    ['llama.attention.head_count', 32],
  ]);
  assert.equal(megabytes({ header: old, config: { ctx_size: 4096 } }), 2048);
  assert.equal(megabytes({ header: new Map() }), 0);
});

test('each replica takes as much', () => {
  const one = { ...bare, fileBytes: 365 * MB, header };
  assert.equal(estimateMemory({ ...one, replicas: 3 }), 3 * estimateMemory(one));
});

test('an embedding keeps no context', () => {
  assert.equal(megabytes({ type: 'llamacpp-embedding', header }), 0);
});
