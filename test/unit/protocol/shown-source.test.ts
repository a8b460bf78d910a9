import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hideUrlSecrets, toShownSource } from '../../../src/protocol/shown-source.js';

test('a URL is shown without user, password, query and fragment', () => {
  assert.equal(
    toShownSource('https://me:pass@x.org:8443/a/m.gguf?token=1#part'),
    'https://x.org:8443/a/m.gguf',
  );
  assert.equal(toShownSource('https://me@x.org/m.gguf'), 'https://x.org/m.gguf');
  assert.equal(toShownSource('https://x.org/a@b/m.gguf'), 'https://x.org/a@b/m.gguf');
});

test('a constant is shown by its name, other sources as they are', () => {
  assert.equal(toShownSource({ name: 'QWEN3', src: 'registry://s3/m.gguf' }), 'QWEN3');
  assert.equal(toShownSource('pear://key/m.gguf'), 'pear://key/m.gguf');
});

test('URLs within a text are shown so too', () => {
  assert.equal(
    hideUrlSecrets('GET "https://me:pass@x.org/m?token=1" failed, see http://y.org/z.'),
    'GET "https://x.org/m" failed, see http://y.org/z.',
  );
});
