import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback } from '../../../src/config/is-loopback.js';

test('what is reached from this machine only', () => {
  for (const host of ['127.0.0.1', '127.255.0.3', '::1', '0:0:0:0:0:0:0:1', 'localhost', 'LocalHost']) {
    assert.equal(isLoopback(host), true, host);
  }
});

test('what may be reached from others, or depends on a name server', () => {
  for (const host of [
    '0.0.0.0',
    '::',
    '',
    '0',
    '192.168.1.5',
    '128.0.0.1',
    'fe80::1%eth0',
    '::2',
    '::ffff:192.168.1.5',
    'my-box.lan',
    'localhost.example',
    'app.localhost',
    '127.0.0.1.example',
  ]) {
    assert.equal(isLoopback(host), false, host);
  }
});
