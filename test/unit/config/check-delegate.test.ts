import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkDelegate } from '../../../src/config/check-delegate.js';
import { MODEL_DEFAULTS } from '../../../src/config/model-defaults.js';
import { resolvePeerSource } from '../../../src/config/model-source.js';
import type { ModelType } from '../../../src/protocol/model-types.js';

const delegate = { providerPublicKey: 'AB'.repeat(32), fallbackToLocal: false };
const entry = { ...MODEL_DEFAULTS, src: '/m.gguf', type: 'llm', delegate, config: {} };

function problemsOf(overrides: object, type: ModelType = 'llamacpp-completion'): string {
  const { problems } = checkDelegate({ ...entry, ...overrides }, type, ['serve', 'models', 'far']);
  return problems.map(({ path, message }) => `${path}: ${message}`).join('\n');
}

describe('a model that runs on another peer', () => {
  test('is told with its key in lower case', () => {
    const check = checkDelegate(entry, 'llamacpp-completion', []);
    assert.equal(check.delegate?.providerPublicKey, 'ab'.repeat(32));
    assert.deepEqual(check.problems, []);
  });

  test('chats, one call at a time, in text', () => {
    assert.match(problemsOf({}, 'llamacpp-embedding'), /^serve\.models\.far\.delegate: only chat models/);
    assert.match(problemsOf({ kvCache: '1GB' }), /kvCache/);
    assert.match(problemsOf({ replicas: 2 }), /replicas/);
    assert.match(problemsOf({ config: { parallel: 2 } }), /parallel/);
    assert.match(problemsOf({ config: { projectionModelSrc: '/p.gguf' } }), /projectionModelSrc/);
    assert.equal(problemsOf({ config: { parallel: 1 } }), '');
  });

  test('has a source that means the same there', () => {
    for (const source of ['/models/m.gguf', 'C:\\models\\m.gguf', 'https://host/m.gguf']) {
      assert.deepEqual(resolvePeerSource(source), { source });
    }
    assert.match(JSON.stringify(resolvePeerSource('./m.gguf')), /must be absolute/);
    assert.match(JSON.stringify(resolvePeerSource('ftp://host/m.gguf')), /unknown scheme/);
  });
});
