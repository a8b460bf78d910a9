import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import { test } from 'node:test';
import { createKeyCheck, createKeyMatcher } from '../../../src/http/auth.js';
import { ApiError } from '../../../src/protocol/errors.js';

const KEYS = ['sk-first', 'a', 'sk-third-which-is-longer-than-the-others'];

test('each of the keys is known, and nothing near them', () => {
  const indexOf = createKeyMatcher(KEYS);
  for (const [index, key] of KEYS.entries()) assert.equal(indexOf(key), index, key);
  for (const text of ['', 'sk-firs', 'sk-first ', 'SK-FIRST', 'b', 'aa', KEYS.join(',')]) {
    assert.equal(indexOf(text), -1, text);
  }
});

test('without keys none is known', () => {
  assert.equal(createKeyMatcher([])('a'), -1);
});

test('all keys are compared in constant time, wherever one fits, and over the same length', (t) => {
  const compare = t.mock.method(crypto, 'timingSafeEqual');
  syncBuiltinESMExports();
  t.after(() => {
    compare.mock.restore();
    syncBuiltinESMExports();
  });
  const indexOf = createKeyMatcher(KEYS);
  for (const shown of [...KEYS, 'unknown', 'x'.repeat(10_000)]) {
    compare.mock.resetCalls();
    indexOf(shown);
    assert.equal(compare.mock.callCount(), KEYS.length, shown.slice(0, 50));
    for (const { arguments: sides } of compare.mock.calls) {
      assert.deepEqual(
        sides.map((side) => side.byteLength),
        [32, 32],
      );
    }
  }
});

const checkKey = createKeyCheck(KEYS);

const accepted: IncomingHttpHeaders[] = [
  { authorization: 'Bearer sk-first' },
  { authorization: 'bearer sk-first' },
  { authorization: 'BEARER   sk-first ' },
  { 'x-api-key': 'sk-first' },
  // As Continue does: the bearer token is what counts.
  { authorization: 'Bearer sk-first', 'x-api-key': 'other', 'api-key': 'other' },
  // A proxy's own scheme says nothing to us.
  { authorization: 'Basic abc', 'x-api-key': 'sk-first' },
];
for (const headers of accepted) {
  test(`${JSON.stringify(headers)} is let in`, () => {
    assert.equal(checkKey(headers), 0);
  });
}

const refused: [headers: IncomingHttpHeaders, message: RegExp][] = [
  [{}, /needs an API key.*Authorization: Bearer/],
  [{ authorization: '' }, /needs an API key/],
  [{ authorization: 'Bearer' }, /needs an API key/],
  [{ authorization: 'Bearer ' }, /needs an API key/],
  [{ authorization: 'Bearersk-first' }, /needs an API key/],
  [{ authorization: 'sk-first' }, /needs an API key/],
  [{ authorization: 'Basic sk-first' }, /needs an API key/],
  [{ authorization: 'Bearer sk-first sk-first' }, /needs an API key/],
  [{ 'api-key': 'sk-first' }, /needs an API key/],
  [{ 'x-api-key': '' }, /needs an API key/],
  [{ authorization: 'Bearer wrong' }, /not an API key of this server/],
  [{ 'x-api-key': 'wrong' }, /not an API key of this server/],
  [{ authorization: 'Bearer wrong', 'x-api-key': 'sk-first' }, /not an API key of this server/],
];
for (const [headers, message] of refused) {
  test(`${JSON.stringify(headers)} is refused, without a word of any key`, () => {
    assert.throws(
      () => checkKey(headers),
      (error) => {
        assert.ok(error instanceof ApiError);
        assert.equal(error.code, 'invalid_api_key');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /sk-first|wrong/);
        return true;
      },
    );
  });
}
