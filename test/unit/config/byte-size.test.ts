import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseByteSize } from '../../../src/config/byte-size.js';

test('sizes as people write them', () => {
  const sizes = { '2GB': 2e9, '1.5 GiB': 1.5 * 2 ** 30, '512mb': 512e6, '10B': 10, '1TiB': 2 ** 40 };
  for (const [text, bytes] of Object.entries(sizes)) assert.equal(parseByteSize(text), bytes, text);
});

test('what is none', () => {
  for (const text of ['', '2', 'GB', '-1GB', '2 GBs', '80%', '1e3MB', '2  GB', 'iB', '3iB']) {
    assert.equal(parseByteSize(text), undefined, text);
  }
});
