import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { cachedFile, isSingleHttpFile } from '../../../src/protocol/cached-file.js';

const nameOf = (source: string) => cachedFile(source, '/cache');

test('a file from a URL has its name and a hash of the whole URL, as the SDK makes it', () => {
  assert.equal(nameOf('https://x.org/a/m.gguf'), join('/cache', '2636690e952a889a_m.gguf'));
  assert.notEqual(nameOf('https://x.org/b/m.gguf'), nameOf('https://x.org/a/m.gguf'));
  assert.match(nameOf('https://x.org/m.gguf?download=true') ?? '', /[0-9a-f]{16}_m\.gguf$/);
});

test('nothing is said of what the SDK makes several files or other names of', () => {
  const key = 'a'.repeat(64);
  for (const source of [
    'https://x.org/m-00001-of-00002.gguf',
    'https://x.org/m.tar.gz',
    'https://x.org/m%2e.gguf',
    'https://x.org/',
    'registry://s3/m.gguf',
    `pear://${key}/folder/m.gguf`,
    '/models/m.gguf',
  ]) {
    assert.equal(nameOf(source), undefined, source);
  }
  assert.equal(cachedFile({ name: 'M', src: 'https://x.org/m.gguf' }, '/cache'), undefined);
});

test('a checksum is for one file that comes over HTTP', () => {
  assert.ok(isSingleHttpFile('HTTPS://x.org/m.gguf?a=b'));
  for (const source of [
    'https://x.org/m-00001-of-00002.gguf',
    'https://x.org/m.tgz',
    '/m.gguf',
    'pear://k/m',
  ]) {
    assert.ok(!isSingleHttpFile(source), source);
  }
});
