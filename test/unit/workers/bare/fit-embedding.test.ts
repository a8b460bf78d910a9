import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type EmbeddingConfig,
  fitEmbeddingConfig,
  setThreads,
} from '../../../../workers/bare/fit-embedding.js';

const MEAN = 1;
const header = (context: number, pooling?: number) =>
  new Map<string, string | number>([
    ['general.architecture', 'bert'],
    ['bert.context_length', context],
    ...(pooling === undefined ? [] : [['bert.pooling_type', pooling] as const]),
  ]);
const fit = (config: EmbeddingConfig, ...of: Parameters<typeof header>) =>
  fitEmbeddingConfig(config, header(...of));

test("a batch is never larger than the context, where llama.cpp's causal attention would abort", () => {
  assert.equal(fit({ batchSize: 1024 }, 512).batchSize, 512);
  assert.equal(fit({ batchSize: 1024 }, 32_768).batchSize, 1024);
  assert.equal(fit({}, 512).batchSize, 512);
  assert.equal(fit({}, 32_768).batchSize, 1024);
});

test('pooling is mean where neither config nor model says', () => {
  assert.equal(fit({}, 512).pooling, 'mean');
  assert.equal(fit({}, 512, 0).pooling, 'mean');
  assert.equal(fit({}, 512, MEAN + 1).pooling, undefined, "the model's own");
  assert.equal(fit({ pooling: 'last' }, 512).pooling, 'last');
});

test('a vector per token is refused', () => {
  assert.throws(() => fit({ pooling: 'none' }, 512), /pooling 'none' gives a vector per token/);
});

test('a file that is not GGUF leaves the config alone', () => {
  const config = { batchSize: 1024 };
  assert.equal(fitEmbeddingConfig(config, undefined), config);
});

test("threads go into the engine's own config, where it has one", () => {
  const model = { _config: { device: 'cpu' } };
  setThreads(model, '2');
  assert.deepEqual(model._config, { device: 'cpu', threads: '2' });
  const other = {};
  setThreads(other, '2');
  assert.deepEqual(other, {});
});
