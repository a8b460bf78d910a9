import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHostGuard } from '../../../src/http/host-guard.js';
import { ApiError } from '../../../src/protocol/errors.js';

/** Hosts that every gateway without a key answers to. */
const OWN = [
  'localhost',
  'localhost:11434',
  'LOCALHOST:80',
  'localhost.',
  'app.localhost:11434',
  '127.0.0.1',
  '127.0.0.1:11434',
  '127.1.2.3:1',
  '[::1]',
  '[::1]:11434',
  '[0:0:0:0:0:0:0:1]:11434',
];

/** Hosts that no gateway without a key answers to, however it listens. */
const FOREIGN = [
  undefined,
  '',
  'evil.example',
  'evil.example:11434',
  'localhost.evil.example',
  'evillocalhost',
  '127.0.0.1.evil.example',
  '127.0.0.1.nip.io',
  '127.evil.example',
  'localhost@evil.example',
  'evil.example/localhost',
  'evil.example#localhost',
  'localhost:port',
  'localhost:99999',
  'local host',
  '::1',
  '[::1',
  '%6cocalhost',
];

const cases: [listensOn: string, accepted: string[], refused: string[]][] = [
  ['127.0.0.1', [], ['192.168.1.5:11434', '[fe80::1]', '0.0.0.0', 'my-box']],
  ['localhost', [], ['192.168.1.5', 'my-box']],
  ['::1', [], ['[::2]', 'my-box']],
  ['192.168.1.5', ['192.168.1.5', '192.168.1.5:11434'], ['192.168.1.6', 'my-box']],
  ['fe80::1%eth0', ['[fe80::1]:11434'], ['[fe80::2]']],
  [
    'My-Box.lan',
    ['my-box.lan', 'MY-BOX.LAN:80', 'my-box.lan.'],
    ['other.lan', 'a.my-box.lan', '192.168.1.5'],
  ],
  ['0.0.0.0', ['192.168.1.5:11434', '10.0.0.1', '[fe80::1]:80', '0.0.0.0'], ['my-box', 'my-box.lan:80']],
  ['::', ['192.168.1.5', '[2001:db8::1]:11434'], ['my-box']],
];

for (const [listensOn, accepted, refused] of cases) {
  const check = createHostGuard(listensOn);
  test(`what listens on ${listensOn} answers to ${['loopback', ...accepted].join(', ')}`, () => {
    for (const host of [...OWN, ...accepted]) assert.doesNotThrow(() => check(host), host);
  });
  test(`what listens on ${listensOn} does not answer to other hosts, as ${refused.join(', ')}`, () => {
    for (const host of [...FOREIGN, ...refused]) {
      assert.throws(
        () => check(host),
        (error) => error instanceof ApiError && error.code === 'forbidden_host',
        host,
      );
    }
  });
}

test('who is refused reads which host it was, and what to do', () => {
  assert.throws(() => createHostGuard('127.0.0.1')('my-box:80'), /'my-box:80'.*localhost.*key.*--host/);
});
