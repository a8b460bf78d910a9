import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { checkedFetch } from '../support/checked-fetch.js';
import { startGateway } from '../support/gateway.js';
import { completionShape } from '../support/openai-shapes.js';
import { readError, readReply } from '../support/read-reply.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { createWav } from '../support/wav.js';

const folder = tempFolder();
const config = writeScriptedConfig(folder, [[ALPHA, { default: true }]]);
const { serve } = JSON.parse(readFileSync(config, 'utf8'));
serve.models.whisper = { src: './whisper.bin', type: 'whisper', default: true };
writeFileSync(config, JSON.stringify({ serve }));
writeFileSync(join(folder, 'whisper.bin'), 'not reached');
// A file that is no library hides the one of the system from the loader, so that this runs on any Linux.
const libraries = join(folder, 'lib');
mkdirSync(libraries);
writeFileSync(join(libraries, 'libvulkan.so.1'), '');

describe('without libvulkan1', { skip: process.platform !== 'linux' && 'only Linux lacks it' }, async () => {
  const gateway = await startGateway(['-c', config], folder, { LD_LIBRARY_PATH: libraries });

  test('the start warns of the models that can not be used', () => {
    const [warning] = gateway.log.filter(({ level }) => level === 40);
    assert.deepEqual(warning?.models, ['whisper']);
    assert.match(warning?.msg ?? '', /libvulkan\.so\.1.*apt install libvulkan1/);
  });

  test('a transcription is 503 and says how to get it, and not to try again', async () => {
    const form = new FormData();
    form.append('file', new Blob([createWav(1)]), 'audio.wav');
    const response = await checkedFetch(`${gateway.url}/v1/audio/transcriptions`, {
      method: 'POST',
      body: form,
    });
    const { status, code, message } = await readError(response);
    assert.equal(status, 503);
    assert.equal(code, 'engine_unavailable');
    assert.match(message, /'whisper'.*libvulkan\.so\.1.*apt install libvulkan1.*dnf install vulkan-loader/);
    assert.equal(response.headers.get('x-should-retry'), 'false');
    assert.equal(response.headers.get('retry-after'), null);
  });

  test('chat serves as ever', async () => {
    const response = await checkedFetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ messages: [{ role: 'user', content: 'Hello!' }] }),
    });
    const { choices } = await readReply(response, completionShape);
    assert.equal(choices[0]?.message.content, fallbackOf(ALPHA));
  });
});
