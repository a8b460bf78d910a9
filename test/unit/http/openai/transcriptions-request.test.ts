import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toTranscriptionParams } from '../../../../src/http/openai/transcriptions-request.js';

test('what is absent or empty is left to the defaults', () => {
  const defaults = { model: undefined, prompt: undefined, format: 'json', ignored: [] };
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
