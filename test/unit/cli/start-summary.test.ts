import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSummary } from '../../../src/cli/start-summary.js';
import type { GatewayConfig } from '../../../src/config/gateway-config.js';
import type { StartedModel } from '../../../src/gateway/started-model.js';
import { DEFAULT_CONFIG } from '../../support/default-config.js';

const config = DEFAULT_CONFIG;

function summary(models: StartedModel[], overrides: Partial<GatewayConfig> = {}): string {
  const gateway = { url: 'http://127.0.0.1:11434', models };
  const startedAt = performance.now() - 1_540;
  return startSummary({ version: '1.2.3', config: { ...config, ...overrides }, gateway, startedAt });
}

const loaded = { alias: 'my-llm', category: 'chat', isLoaded: true, loadMs: 1_250 };

test('says where it serves what, and how long it took', () => {
  const models: StartedModel[] = [
    loaded,
    { alias: 'w', category: 'transcription', isLoaded: false },
    { alias: 'broken', category: 'chat', isLoaded: false, failure: 'No such file.' },
  ];
  assert.equal(
    summary(models, { file: join(process.cwd(), 'sub', 'qvac.config.json') }),
    `
qvac-gateway 1.2.3

  API     http://127.0.0.1:11434/v1
  Page    http://127.0.0.1:11434/ui
  Config  ${join('sub', 'qvac.config.json')}
  Access  without an API key, not from web pages (CORS is off)

  my-llm  chat, loaded in 1.3 s
  w       transcription, loads on first request
  broken  chat, NOT loaded: No such file.

Ready in 1.5 s. Press Ctrl+C to stop.

`,
  );
});

test('without a config it says what is served instead', () => {
  assert.match(summary([loaded]), /Config {2}none found: serving the built-in demo model\n/);
});

test('a model that was loaded in no known time is just loaded', () => {
  const { loadMs: _, ...known } = loaded;
  assert.match(summary([known]), /my-llm {2}chat, loaded\n/);
});

test('says whether a key is needed, and never the key', () => {
  const text = summary([loaded], { apiKeys: [{ key: 'my-secret', name: 'alice' }] });
  assert.match(text, /Access {2}with an API key, not from web pages/);
  assert.ok(!text.includes('my-secret'));
});

test('says which web pages may call it', () => {
  assert.match(
    summary([loaded], { corsOrigins: 'any' }),
    /without an API key, from web pages of any origin\n/,
  );
  const some = summary([loaded], { corsOrigins: ['https://a.example', 'app://b'] });
  assert.match(some, /, from web pages of https:\/\/a\.example, app:\/\/b\n/);
});
