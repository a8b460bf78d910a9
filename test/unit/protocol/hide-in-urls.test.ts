import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hideInUrls } from '../../../src/protocol/hide-in-urls.js';

test('passwords and queries go out of URLs, wherever they stand', () => {
  for (const [text, shown] of [
    ['https://me:pass@example.com/a.gguf?token=abc', 'https://…@example.com/a.gguf?…'],
    ['src=http://a/b?x=1 and "https://t@b/c"', 'src=http://a/b?… and "https://…@b/c"'],
    ['https://example.com/a@b.gguf', 'https://example.com/a@b.gguf'],
    ['/models/a?.gguf me@home', '/models/a?.gguf me@home'],
  ]) {
    assert.equal(hideInUrls(text as string), shown);
  }
});
