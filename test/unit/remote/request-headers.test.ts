import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RemoteServerSpec } from '../../../src/protocol/remote-spec.js';
import { hideCredentials } from '../../../src/remote/request-headers.js';

const server = (apiKey: string | undefined, headers: Record<string, string> = {}): RemoteServerSpec => ({
  url: 'http://gpu:1/v1',
  ...(apiKey !== undefined && { apiKey }),
  headers,
  connectTimeoutMs: 1,
  headersTimeoutMs: 1,
  idleTimeoutMs: 1,
  probeIntervalMs: 1,
});

test('a key and the values of headers are hidden wherever they stand, words of the language are not', () => {
  const gpu = server('key-of-the-remote', { 'X-Team': 'red', 'X-Secret': 'Basic dXNlcjpwYXNz' });
  assert.equal(
    hideCredentials("Bearer key-of-the-remote/key-of-the-remote of team 'red', dXNlcjpwYXNz: Basic", gpu),
    "Bearer ***/*** of team 'red', ***: Basic",
  );
});

test('one that begins with another is hidden to its end', () => {
  for (const [one, other] of [
    ['key-of-all', 'key-of-all-and-more'],
    ['key-of-all-and-more', 'key-of-all'],
  ] as const) {
    assert.equal(hideCredentials(`${one} ${other}`, server(one, { 'x-key': other })), '*** ***');
  }
});

test('where a text ends, its beginning is hidden too', () => {
  const gpu = server('key-of-the-remote');
  assert.equal(hideCredentials('key-of-the-remote, key-of-the-remot', gpu), '***, ***');
  assert.equal(hideCredentials('key-of-the', gpu), '***');
  assert.equal(hideCredentials('which key', gpu), 'which key');
});
