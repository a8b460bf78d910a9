import assert from 'node:assert/strict';
import { test } from 'node:test';
import { corsHeaders, isPreflight } from '../../../src/http/cors.js';

const ORIGIN = 'https://app.example';
const EXPOSED =
  'x-request-id, retry-after, x-should-retry, x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests';
const call = (headers: Record<string, string> = {}) => ({ method: 'POST', headers });
const preflight = (origin: string, wanted?: string) => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    ...(wanted && { 'access-control-request-headers': wanted }),
  },
});

test('a preflight is an OPTIONS of a page that says what it would ask', () => {
  assert.equal(isPreflight(preflight(ORIGIN)), true);
  assert.equal(isPreflight({ method: 'OPTIONS', headers: { origin: ORIGIN } }), false);
  assert.equal(
    isPreflight({ method: 'OPTIONS', headers: { 'access-control-request-method': 'POST' } }),
    false,
  );
  assert.equal(isPreflight({ ...preflight(ORIGIN), method: 'POST' }), false);
});

test('without origins nothing is said about them', () => {
  for (const request of [call({ origin: ORIGIN }), preflight(ORIGIN)]) {
    assert.deepEqual(corsHeaders([], request), {});
  }
});

test('any origin', () => {
  const headers = { 'access-control-allow-origin': '*', 'access-control-expose-headers': EXPOSED };
  assert.deepEqual(corsHeaders('any', call({ origin: ORIGIN })), headers);
  assert.deepEqual(corsHeaders('any', call()), headers, 'the same for all, so that a cache may keep it');
});

test('some origins: the one that asks is named if it is among them', () => {
  const allowed = ['https://other.example', ORIGIN];
  assert.deepEqual(corsHeaders(allowed, call({ origin: ORIGIN })), {
    vary: 'Origin',
    'access-control-allow-origin': ORIGIN,
    'access-control-expose-headers': EXPOSED,
  });
  for (const origin of ['https://evil.example', `${ORIGIN}.evil.example`, `${ORIGIN}:8080`, 'null', '']) {
    assert.deepEqual(corsHeaders(allowed, call({ origin })), { vary: 'Origin' }, origin);
    assert.deepEqual(corsHeaders(allowed, preflight(origin)), { vary: 'Origin' }, origin);
  }
  assert.deepEqual(corsHeaders(allowed, call()), { vary: 'Origin' });
});

test('a preflight is granted all methods, and the headers that it asks for', () => {
  assert.deepEqual(corsHeaders('any', preflight(ORIGIN, 'authorization,content-type')), {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, HEAD, POST, DELETE',
    'access-control-allow-headers': 'authorization,content-type',
    'access-control-max-age': '7200',
  });
  assert.ok(!('access-control-allow-headers' in corsHeaders('any', preflight(ORIGIN))));
  assert.equal(corsHeaders([ORIGIN], preflight(ORIGIN))['access-control-allow-origin'], ORIGIN);
});
