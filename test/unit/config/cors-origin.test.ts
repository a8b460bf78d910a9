import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toOrigin } from '../../../src/config/cors-origin.js';

test('an origin becomes what browsers send', () => {
  for (const [text, origin] of [
    ['https://app.example.com', 'https://app.example.com'],
    ['https://App.Example.com:443/', 'https://app.example.com'],
    ['http://localhost:3000', 'http://localhost:3000'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['https://müller.example', 'https://xn--mller-kva.example'],
    ['app://obsidian.md', 'app://obsidian.md'],
    ['chrome-extension://abcdef', 'chrome-extension://abcdef'],
  ] as const) {
    assert.equal(toOrigin(text), origin);
  }
});

test('what no browser would send is none', () => {
  for (const text of [
    '',
    '*',
    'null',
    'app.example.com',
    'localhost:3000',
    'https://',
    'https://*.example.com',
    'https://app.example.com/path',
    'https://app.example.com?x',
    'https://me@app.example.com',
    'https://app.example.com:port',
    'https://a.example https://b.example',
    'file:///home',
  ]) {
    assert.equal(toOrigin(text), undefined, text);
  }
});
