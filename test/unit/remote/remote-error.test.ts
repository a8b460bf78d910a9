import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toErrorBody } from '../../../src/http/error-reply.js';
import { ApiError } from '../../../src/protocol/errors.js';
import {
  fromErrorFrame,
  fromRefusal,
  isWorthAnotherTarget,
  reasonOf,
  timedOut,
} from '../../../src/remote/remote-error.js';

const KEY = 'sk-0123456789abcdef';
const gpu = { name: 'gpu:1', hide: (text: string) => text.replaceAll(KEY, '***') };
const refusal = (status: number, text: string, retryAfter?: string) =>
  fromRefusal(gpu, { status, text, retryAfter });
const envelope = (code: string | number | null, message = 'No.') =>
  JSON.stringify({ error: { message, code, param: 'model', type: 'x' } });

test('a code that means the same here is kept, with its field', () => {
  const error = refusal(400, envelope('context_length_exceeded'));
  assert.deepEqual(
    [error.code, error.param, error.remote, error.message],
    ['context_length_exceeded', 'model', 'gpu:1', "Remote 'gpu:1' (400): No."],
  );
});

const BY_STATUS: readonly (readonly [status: number, text: string, code: string])[] = [
  [400, envelope(400), 'invalid_request'],
  [400, envelope('queue_full'), 'invalid_request'],
  [401, envelope('invalid_api_key'), 'remote_error'],
  [403, 'Forbidden', 'remote_error'],
  [404, envelope('model_not_found'), 'model_not_found'],
  [404, '404 page not found', 'not_found'],
  [422, '{"detail":[{"msg":"x"}]}', 'invalid_request'],
  [429, envelope(null), 'queue_full'],
  [500, envelope('internal_error'), 'remote_error'],
  [500, envelope('engine_error'), 'engine_error'],
  [502, '<html>Bad Gateway</html>', 'remote_unavailable'],
  [503, envelope('worker_crashed'), 'worker_crashed'],
  [503, envelope('shutting_down'), 'remote_unavailable'],
  [504, '', 'remote_timeout'],
  [508, envelope('loop_detected'), 'loop_detected'],
  [301, '', 'remote_error'],
  [418, 'teapot', 'remote_error'],
];

for (const [status, text, code] of BY_STATUS) {
  test(`${status} ${text} is ${code}`, () => assert.equal(refusal(status, text).code, code));
}

test('its words are passed on, in whatever shape, but no page and no end of them', () => {
  const shapes = [
    '{"error":"why"}',
    '{"message":"why"}',
    '{"detail":"why"}',
    '{"error":{"message":"why"}}',
    'why',
  ];
  for (const text of shapes) assert.equal(refusal(400, text).message, "Remote 'gpu:1' (400): why");
  for (const text of ['<html>', '', '{}', 'null', '[]']) {
    assert.equal(
      refusal(400, text).message.replace(/: (null|\[\])$/, ': it gives no reason'),
      "Remote 'gpu:1' (400): it gives no reason",
    );
  }
  assert.ok(refusal(400, 'x'.repeat(100_000)).message.length < 2_100);
});

const TOLD = {
  'in the midst of its words': `'${KEY}' is no key`,
  'where they are cut': 'x'.repeat(1_990) + KEY,
  'over and over': KEY.repeat(1_000),
};
for (const [where, text] of Object.entries(TOLD)) {
  test(`what lets this gateway in is not passed on: ${where}`, () => {
    const error = { message: text, code: KEY, type: KEY, param: text };
    for (const body of [text, JSON.stringify({ error }), JSON.stringify({ error: text, param: text })]) {
      for (const told of [refusal(400, body), fromErrorFrame(gpu, body)]) {
        const shown = JSON.stringify([told.message, toErrorBody(told)]);
        assert.ok(!shown.includes(KEY.slice(0, 8)), shown);
        assert.ok(shown.includes('***'));
        assert.ok(shown.length < 7_000, 'nor is there no end of it');
      }
    }
  });
}

test('when it says when to come back, so do we', () => {
  assert.equal(refusal(429, '', '7').retryAfterSeconds, 7);
  assert.equal(refusal(429, '', '0.2').retryAfterSeconds, 1);
  for (const odd of [undefined, 'Wed, 21 Oct 2026 07:28:00 GMT', '-1']) {
    assert.equal(refusal(429, '', odd).retryAfterSeconds, undefined);
  }
});

test('an error within a stream keeps its code too', () => {
  assert.equal(fromErrorFrame(gpu, envelope('worker_crashed')).code, 'worker_crashed');
  assert.equal(fromErrorFrame(gpu, envelope(500)).code, 'remote_error');
});

test('another target is tried for what may be better there', () => {
  const cases: readonly (readonly [error: unknown, isWorth: boolean])[] = [
    [refusal(503, ''), true],
    [refusal(429, ''), true],
    [refusal(404, ''), true],
    [refusal(401, ''), true],
    [refusal(400, ''), false],
    [new ApiError('model_not_found', 'None here any more.'), true],
    [new ApiError('worker_crashed', 'It died.'), true],
    [new ApiError('call_cancelled', 'Cancelled.'), false],
    [new ApiError('deadline_exceeded', 'Late.'), false],
    [new Error('a bug'), false],
  ];
  for (const [error, isWorth] of cases) assert.equal(isWorthAnotherTarget(error), isWorth, String(error));
});

test('why a call failed is told in a sentence that names the remote already', () => {
  const error = timedOut('gpu:1', 'could not be connected to', 300);
  assert.equal(error.message, "Remote 'gpu:1' could not be connected to within 300 ms.");
  assert.equal(reasonOf('gpu:1', error), 'could not be connected to within 300 ms');
});
