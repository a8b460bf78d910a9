import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiError, ERRORS, type ErrorData } from '../../../src/protocol/errors.js';

test('every code has its status, its type and whether to try again', () => {
  const table = Object.entries(ERRORS).map(([code, { status, type, retryable }]) =>
    [code, status, type, retryable ? 'retry' : 'final'].join(' '),
  );
  assert.deepEqual(table, [
    'invalid_request 400 invalid_request_error final',
    'invalid_config 400 invalid_request_error final',
    'invalid_json 400 invalid_request_error final',
    'invalid_type 400 invalid_request_error final',
    'invalid_value 400 invalid_request_error final',
    'missing_model 400 invalid_request_error final',
    'missing_messages 400 invalid_request_error final',
    'missing_input 400 invalid_request_error final',
    'missing_file 400 invalid_request_error final',
    'invalid_model_type 400 invalid_request_error final',
    'context_length_exceeded 400 invalid_request_error final',
    'invalid_response_format 400 invalid_request_error final',
    'unsupported_response_format 400 invalid_request_error final',
    'invalid_audio 400 invalid_request_error final',
    'invalid_tool_choice 400 invalid_request_error final',
    'tools_not_enabled 400 invalid_request_error final',
    'unsupported_image_content 400 invalid_request_error final',
    'invalid_api_key 401 authentication_error final',
    'forbidden_host 403 invalid_request_error final',
    'forbidden_origin 403 invalid_request_error final',
    'model_not_allowed 403 invalid_request_error final',
    'operation_not_allowed 403 invalid_request_error final',
    'not_found 404 invalid_request_error final',
    'call_not_found 404 invalid_request_error final',
    'model_not_found 404 invalid_request_error final',
    'method_not_allowed 405 invalid_request_error final',
    'request_too_large 413 invalid_request_error final',
    'unsupported_media_type 415 invalid_request_error final',
    'client_closed_request 499 invalid_request_error final',
    'rate_limit_exceeded 429 rate_limit_error retry',
    'queue_full 429 rate_limit_error retry',
    'too_many_event_streams 429 rate_limit_error retry',
    'call_cancelled 503 server_error final',
    'deadline_exceeded 504 server_error final',
    'engine_error 500 server_error final',
    'internal_error 500 server_error final',
    'reload_failed 500 server_error final',
    'model_load_failed 500 server_error final',
    'checksum_mismatch 500 server_error final',
    'model_too_large 503 server_error final',
    'disk_full 503 server_error final',
    'engine_unavailable 503 server_error final',
    'remote_error 502 server_error final',
    'remote_unavailable 503 server_error retry',
    'remote_timeout 504 server_error retry',
    'loop_detected 508 server_error final',
    'insufficient_memory 503 server_error retry',
    'model_unloaded 503 server_error retry',
    'model_moved 503 server_error retry',
    'model_load_timeout 503 server_error retry',
    'download_failed 503 server_error retry',
    'model_loading 503 server_error retry',
    'model_quarantined 503 server_error retry',
    'worker_crashed 503 server_error retry',
    'worker_hung 503 server_error retry',
    'shutting_down 503 server_error retry',
    'not_ready 503 server_error retry',
  ]);
});

test('an error keeps its code and field over a thread boundary, where an Error would lose them', () => {
  const data: ErrorData = { code: 'invalid_value', message: 'Too hot.', param: 'temperature' };
  const error = ApiError.from(structuredClone(data));
  assert.ok(error instanceof ApiError && error instanceof Error);
  assert.equal(error.name, 'ApiError');
  assert.equal(error.code, 'invalid_value');
  assert.equal(error.message, 'Too hot.');
  assert.equal(error.param, 'temperature');
});

test('an error about no field has no param', () => {
  assert.equal(ApiError.from({ code: 'queue_full', message: 'Full.' }).param, undefined);
  assert.equal(new ApiError('queue_full', 'Full.').param, undefined);
});

test('an error keeps its cause', () => {
  const cause = new Error('why');
  assert.equal(new ApiError('internal_error', 'Failed.', { cause }).cause, cause);
});
