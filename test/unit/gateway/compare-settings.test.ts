import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareSettings, takeOver } from '../../../src/gateway/compare-settings.js';
import { DEFAULT_CONFIG } from '../../support/default-config.js';

const after = {
  ...DEFAULT_CONFIG,
  file: '/other.json',
  port: 1,
  sdk: { cacheDirectory: '/elsewhere' },
  apiKeys: [{ key: 'sk-1' }],
  corsOrigins: 'any' as const,
  imageHosts: ['images.example'],
  requestTimeoutMs: 5,
  memoryBudget: { bytes: 1 },
  maxLoaded: 2,
  warnings: ['careful'],
};

test('settings are told by the names that the file has for them: those that count, and those that need a new start', () => {
  const { settings, needs_restart } = compareSettings(DEFAULT_CONFIG, after);
  assert.deepEqual(settings.toSorted(), [
    'serve.apiKeys',
    'serve.cors',
    'serve.imageHosts',
    'serve.maxLoaded',
    'serve.memory',
    'serve.requestTimeoutMs',
  ]);
  assert.deepEqual(needs_restart.toSorted(), ['serve.port', 'settings of the SDK']);
  assert.deepEqual(compareSettings(after, after), { settings: [], needs_restart: [] });
});

test('all is taken over but what needs a new start, which is told again the next time', () => {
  const config = takeOver(DEFAULT_CONFIG, after);
  assert.deepEqual(config, { ...after, port: DEFAULT_CONFIG.port, sdk: DEFAULT_CONFIG.sdk });
  assert.deepEqual(compareSettings(config, after), {
    settings: [],
    needs_restart: compareSettings(DEFAULT_CONFIG, after).needs_restart,
  });
});
