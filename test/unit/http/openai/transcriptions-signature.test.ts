import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAudio } from '../../../../src/http/openai/transcriptions-signature.js';

/** Of files that FFmpeg 5.1 wrote; one character per byte. */
const AUDIO = {
  wav: 'RIFF\x36\x5f\x05\x00WAVEfmt ',
  'mp3 with tags': 'ID3\x04\x00\x00\x00\x00\x00\x23TSSE',
  'mp3 without': '\xff\xf3\x44\xc4\x00',
  'mp3 with checksums': '\xff\xfa\x90\xc4\x00',
  m4a: '\x00\x00\x00\x1cftypM4A \x00\x00',
  ogg: 'OggS\x00\x02\x00\x00',
  flac: 'fLaC\x00\x00\x00\x22',
  aac: '\xff\xf1\x60\x40\x17',
  webm: '\x1a\x45\xdf\xa3\x9f\x42\x86',
};

const OTHERS = {
  nothing: '',
  text: 'Hello, this is text.',
  'a playlist': '#EXTM3U\nfile:///etc/passwd',
  'a concat script': "ffconcat version 1.0\nfile '/etc/passwd'",
  'a picture': '\x89PNG\r\n\x1a\n',
  'a RIFF that is a film': 'RIFF\x00\x00\x00\x00AVI LIST',
  'a signature that is cut off': 'RIFF',
  'UTF-16 text': '\xff\xfeH\x00e\x00',
  JSON: '{"file": "x"}',
};

const isAudioText = (text: string): boolean => isAudio(new Uint8Array(Buffer.from(text, 'latin1')));

test('knows the formats that are taken', () => {
  for (const [format, head] of Object.entries(AUDIO)) assert.equal(isAudioText(head), true, format);
});

test('takes nothing else', () => {
  for (const [what, head] of Object.entries(OTHERS)) assert.equal(isAudioText(head), false, what);
});
