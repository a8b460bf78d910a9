import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toImageHost } from '../../../src/config/image-host.js';

test('a host becomes what URL makes of it', () => {
  for (const [text, host] of [
    ['Images.Example.com', 'images.example.com'],
    ['images.example.com:8080', 'images.example.com:8080'],
    ['images.example.com:443', 'images.example.com:443'],
    ['images.example.com:80', 'images.example.com:80'],
    ['localhost', 'localhost'],
    ['127.1:0080', '127.0.0.1:80'],
    ['[::0:1]:3000', '[::1]:3000'],
    ['müller.example', 'xn--mller-kva.example'],
  ] as const) {
    assert.equal(toImageHost(text), host);
  }
});

test('what is no host is none', () => {
  for (const text of [
    '',
    '*',
    '*.example.com',
    'https://example.com',
    'example.com/images',
    'me@example.com',
    'example.com:port',
    'example.com:65536',
    'example.com:',
    '::1',
    'a b',
  ]) {
    assert.equal(toImageHost(text), undefined, text);
  }
});
