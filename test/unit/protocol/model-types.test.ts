import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { MODEL_TYPES as SDK_TYPES, ModelType as SdkModelType } from '@qvac/sdk';
import {
  categoryOf,
  MODEL_TYPE_ALIASES,
  MODEL_TYPES,
  type ModelType,
  toModelType,
} from '../../../src/protocol/model-types.js';

/** An old name of `tts-ggml` that the SDK still lists as canonical; its own registry lookup takes it for `tts-ggml`. */
const OLD_NAME = 'onnx-tts';

test("the model types are the SDK's", () => {
  const canonical = Object.values(SdkModelType).filter((type) => type !== OLD_NAME);
  assert.deepEqual([...MODEL_TYPES].sort(), canonical.sort());
});

test('every name that the SDK takes means the same here', () => {
  const canonical = new Set<string>(Object.values(SdkModelType));
  for (const [name, type] of Object.entries(SDK_TYPES)) {
    // Keys are the accessors of canonical names, as `llamacppCompletion`, and the short names themselves.
    if (Object.hasOwn(SdkModelType, name)) continue;
    assert.ok(canonical.has(type));
    assert.equal(toModelType(name), type, name);
  }
  for (const type of canonical) {
    assert.equal(toModelType(type), type === OLD_NAME ? 'tts-ggml' : type);
  }
});

test('every short name is one of the SDK, or the old name', () => {
  for (const alias of Object.keys(MODEL_TYPE_ALIASES)) {
    assert.ok(Object.hasOwn(SDK_TYPES, alias) || alias === OLD_NAME, alias);
  }
});

test('what is no type is none, not even what every object has', () => {
  for (const name of ['gguf', '', 'LLM', 'constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    assert.equal(toModelType(name), undefined, name);
  }
});

test('every type has a category', () => {
  const categories: Record<ModelType, string> = {
    'llamacpp-completion': 'chat',
    'llamacpp-embedding': 'embeddings',
    'whispercpp-transcription': 'transcription',
    'bci-whispercpp-transcription': 'transcription',
    'parakeet-transcription': 'transcription',
    'nmtcpp-translation': 'translation',
    'tts-ggml': 'speech',
    'ggml-ocr': 'ocr',
    'sdcpp-generation': 'image',
    'ggml-vla': 'action',
    'ggml-classification': 'classification',
  };
  for (const type of MODEL_TYPES) assert.equal(categoryOf(type), categories[type]);
});

test('every type has a Bare entry that registers its engine, or the SDK would load all of them', () => {
  for (const type of MODEL_TYPES) {
    const entry = readFileSync(new URL(`../../../workers/bare/${type}.js`, import.meta.url), 'utf8');
    assert.ok(entry.includes(`@qvac/sdk/${type}/plugin`), type);
  }
});
