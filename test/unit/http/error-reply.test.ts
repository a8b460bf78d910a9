import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { replyWithError, toApiError, toErrorBody } from '../../../src/http/error-reply.js';
import { ApiError, ERRORS, type ErrorCode } from '../../../src/protocol/errors.js';
import { createLogger } from '../../../src/telemetry/logger.js';

/** What a client gets when a route throws, and what the log then has. */
async function replyTo(error: unknown) {
  const log: Record<string, unknown>[] = [];
  const app = fastify({
    loggerInstance: createLogger('error', { write: (line) => log.push(JSON.parse(line)) }),
  });
  app.setErrorHandler(replyWithError);
  app.get('/', async () => {
    throw error;
  });
  const { statusCode, headers, body } = await app.inject('/');
  return { statusCode, headers, body: JSON.parse(body), log };
}

test('an error in the envelope of OpenAI', () => {
  assert.deepEqual(toErrorBody(new ApiError('invalid_value', 'Too hot.', { param: 'temperature' })), {
    error: {
      message: 'Too hot.',
      type: 'invalid_request_error',
      code: 'invalid_value',
      param: 'temperature',
    },
  });
  assert.equal(toErrorBody(new ApiError('queue_full', 'Full.')).error.param, null);
});

test('an ApiError stays what it is', () => {
  const error = new ApiError('queue_full', 'Full.');
  assert.equal(toApiError(error), error);
});

test("Fastify's and Node's errors about the request become ours", () => {
  const cases: [theirs: string, ours: ErrorCode][] = [
    ['FST_ERR_CTP_BODY_TOO_LARGE', 'request_too_large'],
    ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'unsupported_media_type'],
    ['FST_ERR_CTP_EMPTY_JSON_BODY', 'invalid_json'],
    ['FST_ERR_CTP_INVALID_JSON_BODY', 'invalid_json'],
    ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'invalid_request'],
    ['FST_ERR_BAD_URL', 'invalid_request'],
    ['ECONNRESET', 'client_closed_request'],
    ['FST_ERR_REP_INVALID_PAYLOAD_TYPE', 'internal_error'],
  ];
  for (const [theirs, ours] of cases) {
    assert.equal(toApiError(Object.assign(new Error('why'), { code: theirs })).code, ours, theirs);
  }
});

test('a bug shows the client nothing of itself, and the log all', async () => {
  const bug = new TypeError("Cannot read '/home/me/secret'");
  const { statusCode, headers, body, log } = await replyTo(bug);
  assert.equal(statusCode, 500);
  assert.equal(headers['x-should-retry'], 'false');
  assert.deepEqual(body, {
    error: {
      message: 'The server failed to answer. Its log says why.',
      type: 'server_error',
      code: 'internal_error',
      param: null,
    },
  });
  assert.equal(log.length, 1);
  assert.equal((log[0]?.err as Error | undefined)?.message, bug.message);
});

test('whatever is thrown is answered', () => {
  for (const thrown of [undefined, null, 'text', 5, {}])
    assert.equal(toApiError(thrown).code, 'internal_error');
});

for (const [code, { status, retryable }] of Object.entries(ERRORS)) {
  test(`${code} tells whether to try again`, async () => {
    const { statusCode, headers, body } = await replyTo(new ApiError(code as ErrorCode, 'Why.'));
    assert.equal(statusCode, status);
    assert.equal(body.error.code, code);
    assert.equal(headers['retry-after'], retryable ? '1' : undefined);
    // Clients retry every 5xx and 429 by themselves.
    assert.equal(headers['x-should-retry'], status >= 500 ? String(retryable) : undefined);
  });
}

test('an error that a client is to see is not logged as one of ours', async () => {
  assert.deepEqual((await replyTo(new ApiError('queue_full', 'Full.'))).log, []);
});
