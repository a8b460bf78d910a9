import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toStarterConfig } from '../../../../src/cli/config/starter-config.js';
import { configSchema } from '../../../../src/config/schema.js';

test('only what somebody wishes is written, and the schema takes it', () => {
  const models = [
    { alias: 'a', entry: 'QWEN3_600M_INST_Q4' },
    { alias: 'own', entry: { src: './own.gguf', type: 'llm' } as const },
  ];
  const plain = JSON.parse(toStarterConfig({ models }, './schema.json'));
  assert.deepEqual(plain, {
    $schema: './schema.json',
    serve: { models: { a: 'QWEN3_600M_INST_Q4', own: { src: './own.gguf', type: 'llm' } } },
  });
  const full = JSON.parse(toStarterConfig({ models, port: 8080, apiKey: 'sk-1' }, './schema.json'));
  assert.deepEqual([full.serve.port, full.serve.apiKeys], [8080, ['sk-1']]);
  for (const config of [plain, full]) assert.ok(configSchema.safeParse(config).success);
});
