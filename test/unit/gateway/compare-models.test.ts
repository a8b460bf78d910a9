import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MODEL_DEFAULTS } from '../../../src/config/model-defaults.js';
import { compareModels, mergeChanges } from '../../../src/gateway/compare-models.js';

const model = (alias: string, changes: object = {}) => ({
  ...MODEL_DEFAULTS,
  alias,
  type: 'llamacpp-completion' as const,
  category: 'chat' as const,
  source: '/m.gguf',
  config: { ctx_size: 1024 },
  keepAliveMs: -1,
  ...changes,
});

test('what becomes of each model', () => {
  const before = [
    model('same'),
    model('gone'),
    model('context'),
    model('file'),
    model('queue'),
    model('pin'),
  ];
  const after = [
    model('new'),
    model('pin', { pinned: true, keepAliveMs: 0 }),
    model('queue', { queue: 1, replicas: 2, preload: true }),
    model('file', { source: '/other.gguf' }),
    model('context', { config: { ctx_size: 2048 } }),
    model('same'),
  ];
  assert.deepEqual(compareModels(before, after), {
    added: ['new'],
    removed: ['gone'],
    restarted: ['file', 'context'],
    updated: ['pin', 'queue'],
    unchanged: ['same'],
  });
});

test('a cache that appears is something to load with', () => {
  const { restarted } = compareModels([model('a')], [model('a', { kvCacheBytes: 1 })]);
  assert.deepEqual(restarted, ['a']);
});

test('what is gone from here and new elsewhere has moved, and so has what comes back', () => {
  const none = { added: [], removed: [], restarted: [], updated: [], unchanged: [] };
  const here = { ...none, added: ['back', 'new'], removed: ['away', 'gone'], updated: ['queue'] };
  const elsewhere = { ...none, added: ['away', 'far'], removed: ['back', 'lost'] };
  assert.deepEqual(mergeChanges(here, elsewhere), {
    ...none,
    added: ['new', 'far'],
    removed: ['gone', 'lost'],
    updated: ['queue', 'back', 'away'],
  });
});
