import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defineConfig, type QvacConfig } from '../../../src/index.js';

test('defineConfig returns the very config', () => {
  const config: QvacConfig = { serve: { models: { a: 'X', b: { src: './m.gguf', type: 'llm' } } } };
  assert.equal(defineConfig(config), config);
});

test('its type refuses what the schema refuses', () => {
  // @ts-expect-error The port is a number: this line fails to compile if the type is lost.
  defineConfig({ serve: { port: '11434' } });
  // @ts-expect-error No such key.
  defineConfig({ serve: { prot: 11434 } });
});
