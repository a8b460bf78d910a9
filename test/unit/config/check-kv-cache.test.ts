import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkKvCache } from '../../../src/config/check-kv-cache.js';

const path = ['serve', 'models', 'my-llm'];

test('a chat model keeps as many bytes of conversations as its config says', () => {
  const check = checkKvCache({ kvCache: '2GB', config: { parallel: 1 } }, 'llamacpp-completion', path);
  assert.deepEqual(check, { bytes: 2e9, problems: [] });
  assert.deepEqual(checkKvCache({ config: {} }, 'llamacpp-completion', path), { problems: [] });
});

test('a model that can keep none is told so', () => {
  const embedding = checkKvCache({ kvCache: '2GB', config: {} }, 'llamacpp-embedding', path);
  assert.equal(embedding.problems[0]?.path, 'serve.models.my-llm.kvCache');
  assert.match(embedding.problems[0]?.message ?? '', /only chat models/);
  const batched = checkKvCache({ kvCache: '2GB', config: { parallel: 4 } }, 'llamacpp-completion', path);
  assert.match(batched.problems[0]?.message ?? '', /"parallel"/);
});
