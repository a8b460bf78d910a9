import assert from 'node:assert/strict';
import { test } from 'node:test';
import { likelyName, nearestNames } from '../../../src/config/nearest-names.js';

test('a likely name: slips, case and separators', () => {
  const known = ['ctx_size', 'gpu_layers', 'top_k', 'n_threads'];
  assert.equal(likelyName('ctx_sise', known), 'ctx_size');
  assert.equal(likelyName('gpuLayers', known), 'gpu_layers');
  assert.equal(likelyName('TOP-K', known), 'top_k');
  assert.equal(likelyName('threads', known), 'n_threads');
});

test('no guess is better than a wild one', () => {
  assert.equal(likelyName('authentication', ['host', 'port']), undefined);
  assert.equal(likelyName('x', []), undefined);
});

test('a short name is nearer to what it begins than to another short name', () => {
  const known = ['BERGAMOT', 'QWEN3_600M_INST_Q4', 'QWEN3_1_7B_INST_Q4', 'WHISPER_TINY'];
  assert.deepEqual(nearestNames('qwen3', known, 2).sort(), ['QWEN3_1_7B_INST_Q4', 'QWEN3_600M_INST_Q4']);
  assert.deepEqual(nearestNames('WISPER_TINY', known, 1), ['WHISPER_TINY']);
});
