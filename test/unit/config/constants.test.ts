import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findConstant, looksLikeConstant, modelTypeOf } from '../../../src/config/constants.js';
import { MODEL_TYPES } from '../../../src/protocol/model-types.js';

test('every model constant of the SDK is found, and has a model type', async () => {
  const exported: Record<string, unknown> = await import('@qvac/sdk/models');
  const names = Object.entries(exported)
    .filter(([, value]) => typeof value === 'object' && !Array.isArray(value))
    .map(([name]) => name);
  assert.ok(names.length > 300);
  for (const name of names) {
    const lookup = await findConstant(name);
    assert.ok('model' in lookup && lookup.model.name === name, name);
    assert.ok(looksLikeConstant(name), name);
    assert.ok(MODEL_TYPES.includes(modelTypeOf(lookup.model) ?? ('' as never)), name);
  }
});

test('what else the module exports is no constant', async () => {
  for (const name of ['models', 'getModelByPath', 'toString', '__proto__']) {
    assert.ok('problem' in (await findConstant(name)), name);
  }
});

test('the type comes from the engine, or else from the addon; short names count', () => {
  const model = (fields: object) => ({ name: 'X', src: 'registry://s3/x', ...fields });
  assert.equal(modelTypeOf(model({ engine: 'ggml-ocr', addon: 'ocr' })), 'ggml-ocr');
  assert.equal(modelTypeOf(model({ engine: 'onnx-tts' })), 'tts-ggml');
  assert.equal(modelTypeOf(model({ engine: '@qvac/llm-llamacpp', addon: 'llm' })), 'llamacpp-completion');
  assert.equal(modelTypeOf(model({ engine: 'onnx-vad', addon: 'vad' })), undefined);
  assert.equal(modelTypeOf(model({})), undefined);
});
