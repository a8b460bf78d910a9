import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startEndlessStream } from '../support/endless-stream.js';
import { refusalOf, startFaultGateway } from '../support/fault-gateway.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const config = writeScriptedConfig(folder, [
  [ALPHA, { preload: true, config: { ctx_size: 131_072 } }],
  [BETA, { preload: true }],
]);
const file = join(folder, 'model-1.gguf');
const sound = new Uint8Array(readFileSync(file));

/** Gives two tokens of the vocabulary one name: llama.cpp aborts its whole process at that. */
function breakModel(): void {
  const text = Buffer.from(sound).toString('latin1');
  writeFileSync(file, text.replace('<0x42>', '<0x41>'), 'latin1');
}

breakModel();
const gateway = await startFaultGateway(config, folder);

test('a file that aborts the engine at load fails its own preload, and nothing else', async () => {
  const failed = gateway.log.find(({ msg, model }) => msg === 'model load failed' && model === 'beta');
  assert.match(JSON.stringify(failed), /SIGABRT/);
  assert.deepEqual(await gateway.listed(), ['alpha']);
  assert.equal(await gateway.ask('alpha'), fallbackOf(ALPHA));
});

test('whoever asks for it is told, again and again is refused at once, and a sound file heals it', async () => {
  const witness = await startEndlessStream(gateway.openai, ALPHA);
  for (let failures = 2; failures <= 5; failures += 1) {
    const { status, code, message, headers } = await refusalOf(gateway.ask('beta'));
    assert.deepEqual([status, code], [500, 'model_load_failed']);
    assert.match(message, /'beta' could not be loaded: its engine process was killed by SIGABRT/);
    assert.equal(headers?.get('x-should-retry'), 'false');
  }
  assert.equal(await gateway.stateOf('beta'), 'failed');
  assert.equal((await refusalOf(gateway.ask('beta'))).code, 'model_quarantined');
  await witness.more(100);
  await witness.stop();

  writeFileSync(file, sound);
  await gateway.openai.models.delete('beta');
  assert.equal(await gateway.ask('beta'), fallbackOf(BETA));
});
