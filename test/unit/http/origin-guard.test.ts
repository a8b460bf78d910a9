import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AllowedOrigins } from '../../../src/http/cors.js';
import { createOriginGuard } from '../../../src/http/origin-guard.js';
import { ApiError } from '../../../src/protocol/errors.js';

const HOST = 'localhost:11434';
const APP = 'https://app.example';

/** Whether a POST with these headers passes. */
function passes(
  headers: { origin?: string; 'sec-fetch-site'?: string },
  allowed: AllowedOrigins = [],
  method = 'POST',
): boolean {
  try {
    createOriginGuard(allowed)(method, { host: HOST, ...headers });
    return true;
  } catch (error) {
    assert.ok(error instanceof ApiError && error.code === 'forbidden_origin', String(error));
    return false;
  }
}

test('clients that are no browser pass', () => {
  assert.equal(passes({}), true);
});

test('pages of other origins do not, whatever kind they are of', () => {
  for (const origin of [
    APP,
    'null', // a file, a sandboxed frame
    'http://localhost:3000', // another program on this machine
    'http://localhost', // a port is part of the origin
    `http://evil.${HOST}`,
    `http://${HOST}.evil.example`,
    'chrome-extension://abcdefghijklmnop',
    'app://obsidian.md',
    'tauri://localhost',
    '',
  ]) {
    assert.equal(passes({ origin }), false, origin);
    for (const site of ['cross-site', 'same-site']) {
      assert.equal(passes({ origin, 'sec-fetch-site': site }), false, `${origin} ${site}`);
    }
  }
});

test('a request of another site without an origin does not, nor one that says something unknown', () => {
  for (const site of ['cross-site', 'same-site', 'same-origin, cross-site', '']) {
    assert.equal(passes({ 'sec-fetch-site': site }), false, site);
  }
});

test('a page that a proxy serves beside the API passes, whatever Host the proxy sends on', () => {
  assert.equal(passes({ origin: `http://${HOST}` }), true);
  assert.equal(passes({ origin: `https://${HOST}` }), true);
  assert.equal(passes({ origin: 'http://localhost:8080', 'sec-fetch-site': 'same-origin' }), true);
});

test('what the user does, and an extension that has leave for this host, passes', () => {
  assert.equal(passes({ 'sec-fetch-site': 'none' }), true);
  assert.equal(passes({ origin: 'chrome-extension://abcdefghijklmnop', 'sec-fetch-site': 'none' }), true);
});

test("the origin decides for an old browser, and the browser's word over the origin for a new one", () => {
  assert.equal(passes({ origin: `http://${HOST}`, 'sec-fetch-site': 'cross-site' }), false);
});

test('pages that CORS allows pass', () => {
  for (const origin of [APP, 'app://obsidian.md']) {
    assert.equal(passes({ origin, 'sec-fetch-site': 'cross-site' }, [APP, 'app://obsidian.md']), true);
  }
  assert.equal(passes({ origin: 'https://evil.example' }, [APP]), false);
  for (const origin of [APP, 'null']) assert.equal(passes({ origin }, 'any'), true);
  assert.equal(passes({ 'sec-fetch-site': 'cross-site' }, 'any'), true);
});

test('what changes nothing and costs nothing passes: CORS keeps its answer from the page', () => {
  for (const method of ['GET', 'HEAD', 'OPTIONS']) assert.equal(passes({ origin: APP }, [], method), true);
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'TRACE']) {
    assert.equal(passes({ origin: APP }, [], method), false, method);
  }
});

test('the refusal says what to do', () => {
  const refuse = (origin: string) => () => createOriginGuard([])('POST', { host: HOST, origin });
  assert.throws(refuse(APP), { message: /'https:\/\/app\.example'.*'--cors-origin https:\/\/app\.example'/ });
  assert.throws(refuse('null'), { message: /without an origin.*'--cors'/ });
});
