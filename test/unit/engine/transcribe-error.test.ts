import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toAudioError } from '../../../src/engine/transcribe-error.js';

test("the decoder's words mean that the file is at fault", () => {
  // Each seen of SDK 0.16 with a damaged file.
  for (const words of [
    'Success',
    'End of file',
    'Invalid argument',
    'Operation not permitted',
    'Invalid data found when processing input',
    'No audio data decoded from file: /tmp/qvac-1/uploads/2.wav',
  ]) {
    const error = toAudioError(new Error(words));
    assert.equal(error?.code, 'invalid_audio', words);
    assert.equal(error?.param, 'file');
    assert.doesNotMatch(error?.message ?? '', /tmp|Success/);
  }
});

test('an error of the engine is none of the file', () => {
  for (const words of ['Model was unloaded', 'Job cancelled', 'failed to encode', 'Not a Success']) {
    assert.equal(toAudioError(new Error(words)), undefined, words);
  }
});
