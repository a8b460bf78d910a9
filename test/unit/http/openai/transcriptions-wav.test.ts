import assert from 'node:assert/strict';
import { test } from 'node:test';
import { missingWavBytes } from '../../../../src/http/openai/transcriptions-wav.js';
import { createWav } from '../../../support/wav.js';

const whole = createWav(1);

test('a whole file lacks nothing, nor does one with something behind its sound', () => {
  assert.equal(missingWavBytes(whole, whole.length), 0);
  assert.equal(missingWavBytes(whole, whole.length + 100), 0);
});

test('counts what a file lacks that was cut off', () => {
  assert.equal(missingWavBytes(whole.subarray(0, 1_000), 1_000), whole.length - 1_000);
  assert.equal(missingWavBytes(whole.subarray(0, 44), 44), 32_000);
});

test('finds the sound behind other chunks, of even and odd length', () => {
  const notes = [...'LIST\x03\x00\x00\x00abc\x00'].map((character) => character.charCodeAt(0));
  const noted = Uint8Array.of(...whole.subarray(0, 36), ...notes, ...whole.subarray(36));
  assert.equal(missingWavBytes(noted, noted.length), 0);
  assert.equal(missingWavBytes(noted, noted.length - 7), 7);
});

test('a length that was not known when the header was written says nothing', () => {
  for (const promisedBytes of [0, 0xffffffff, 0x7ffff024]) {
    const streamed = createWav(1, { promisedBytes });
    assert.equal(missingWavBytes(streamed, streamed.length), 0, String(promisedBytes));
  }
});

test('leaves alone what is no WAV file or has no sound chunk in reach', () => {
  assert.equal(missingWavBytes(new TextEncoder().encode('OggS and so on'), 14), 0);
  assert.equal(missingWavBytes(whole.subarray(0, 30), 30), 0);
  assert.equal(missingWavBytes(new Uint8Array(), 0), 0);
});
