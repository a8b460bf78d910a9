import assert from 'node:assert/strict';
import { test } from 'node:test';
import { remoteSources } from '../../../src/pool/remote-sources.js';
import type { ModelSource } from '../../../src/protocol/model-spec.js';

const spec = (source: ModelSource, config: Record<string, unknown> = {}) => ({
  alias: 'my-llm',
  type: 'llamacpp-completion' as const,
  source,
  config,
});
const CONSTANT = { name: 'QWEN3', src: 'registry://s3/qwen3.gguf', expectedSize: 5 };

test('a model on this machine needs no download', () => {
  assert.deepEqual(
    remoteSources(spec('/models/my.gguf', { ctx_size: 1024, device: 'cpu', nothing: null })),
    [],
  );
  assert.deepEqual(remoteSources(spec({ name: 'LOCAL', src: '/models/my.gguf' })), []);
});

test('a model elsewhere does, as it was named', () => {
  for (const url of ['https://x.org/m.gguf', 'HTTP://x.org/m.gguf', 'pear://key/m', 'registry://s3/m.gguf']) {
    assert.deepEqual(remoteSources(spec(url)), [url]);
  }
  assert.deepEqual(remoteSources(spec(CONSTANT)), [CONSTANT]);
});

test('so do the further models of its config, however deep', () => {
  const config = {
    projectionModelSrc: CONSTANT,
    vad: { model: 'https://x.org/vad.bin', threshold: 0.5 },
    shards: ['https://x.org/1.gguf', '/models/2.gguf'],
  };
  assert.deepEqual(remoteSources(spec('/models/my.gguf', config)), [
    CONSTANT,
    'https://x.org/vad.bin',
    'https://x.org/1.gguf',
  ]);
});
