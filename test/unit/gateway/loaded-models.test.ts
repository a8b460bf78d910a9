import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoadedModels } from '../../../src/gateway/loaded-models.js';

function watch(inherited: readonly string[]) {
  const reports: (readonly string[])[] = [];
  return { reports, loaded: new LoadedModels(inherited, (aliases) => reports.push(aliases)) };
}

test('a model counts from ready on, until it is unloaded', () => {
  const { reports, loaded } = watch([]);
  loaded.changed('a', 'loading');
  assert.deepEqual(reports, []);
  loaded.changed('a', 'ready');
  loaded.changed('b', 'ready');
  loaded.changed('a', 'draining');
  loaded.changed('a', 'unloading');
  loaded.changed('a', 'idle');
  assert.deepEqual(reports, [['a'], ['a', 'b'], ['b']]);
});

test('one whose worker died is still wanted, and so is one that the gateway before had', () => {
  const { reports, loaded } = watch(['old']);
  loaded.changed('a', 'ready');
  loaded.changed('a', 'idle');
  loaded.changed('old', 'loading');
  assert.deepEqual(reports, [['old', 'a']]);
});
