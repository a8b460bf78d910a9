import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asksForStream, toTranscriptionParams } from '../../../../src/http/openai/transcriptions-request.js';

test('what is absent or empty is left to the defaults', () => {
  const defaults = {
    model: undefined,
    prompt: undefined,
    keepAliveMs: undefined,
    format: 'json',
    ignored: [],
  };
  assert.deepEqual(toTranscriptionParams({}), defaults);
  assert.deepEqual(
    toTranscriptionParams({ model: '', prompt: '', response_format: '', language: '' }),
    defaults,
  );
});

test('what is there is taken', () => {
  assert.deepEqual(toTranscriptionParams({ model: 'whisper', prompt: 'Kennedy', response_format: 'text' }), {
    model: 'whisper',
    prompt: 'Kennedy',
    keepAliveMs: undefined,
    format: 'text',
    ignored: [],
  });
});

test('names the fields without effect, and only those', () => {
  const { ignored } = toTranscriptionParams({
    temperature: '0',
    language: 'en',
    model: 'whisper',
    my: 'own',
  });
  assert.deepEqual(ignored, ['language', 'temperature']);
});

test('refuses the formats that it has not', () => {
  for (const format of ['verbose_json', 'srt', 'vtt', 'JSON', 'constructor']) {
    assert.throws(() => toTranscriptionParams({ response_format: format }), {
      code: 'unsupported_response_format',
      param: 'response_format',
    });
  }
});

test('how long the model is to stay is a duration', () => {
  assert.equal(toTranscriptionParams({ keep_alive: '5m' }).keepAliveMs, 300_000);
  assert.equal(toTranscriptionParams({ keep_alive: '-1' }).keepAliveMs, -1_000);
  assert.equal(toTranscriptionParams({ keep_alive: '' }).keepAliveMs, undefined);
  assert.throws(() => toTranscriptionParams({ keep_alive: 'soon' }), {
    code: 'invalid_value',
    param: 'keep_alive',
  });
});

test('a stream is asked for in the ways that forms have', () => {
  for (const stream of ['true', 'True', '1']) assert.equal(asksForStream({ stream }), true);
  for (const stream of ['false', 'False', '0', '']) assert.equal(asksForStream({ stream }), false);
  assert.equal(asksForStream({}), false);
});
