import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readModelFiles } from '../../../src/gateway/model-files.js';
import type { ModelSource } from '../../../src/protocol/model-spec.js';
import { createScriptedModel } from '../../../src/scripted-model/scripted-model.js';
import { ALPHA } from '../../support/scripts.js';
import { tempFolder } from '../../support/temp-folder.js';

const folder = tempFolder();
const cache = join(folder, 'cache');
mkdirSync(cache);

function file(name: string, bytes: number | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, typeof bytes === 'number' ? Buffer.alloc(bytes) : bytes);
  return path;
}

function read(source: ModelSource, config: Readonly<Record<string, unknown>> = {}) {
  return readModelFiles({ alias: 'a', type: 'llamacpp-completion', source, config }, cache);
}

test('of a GGUF file its size and its metadata are known', async () => {
  const weights = createScriptedModel(ALPHA);
  const { fileBytes, header } = await read(file('alpha.gguf', weights));
  assert.equal(fileBytes, weights.length);
  assert.equal(header?.get('llama.block_count'), 1);
});

test('files that the config names count, at any depth, and nothing else in it', async () => {
  const config = {
    projectionModelSrc: file('projector.gguf', 200),
    upscaler: { model_src: file('upscaler.bin', 30) },
    language: 'alpha.gguf',
    folder,
    ctx_size: 4096,
  };
  const { fileBytes, header } = await read(file('weights.bin', 1000), config);
  assert.equal(fileBytes, 1230);
  assert.equal(header, undefined);
});

test('all shards of a model count', async () => {
  const first = file('big-00001-of-00003.gguf', 100);
  file('big-00002-of-00003.gguf', 20);
  file('big-00003-of-00003.gguf', 3);
  file('bigger-00002-of-00003.gguf', 5000);
  file('big-00002-of-00002.gguf', 5000);
  assert.equal((await read(first)).fileBytes, 123);
});

test('a file behind a URL counts when it has been downloaded', async () => {
  const url = 'https://models.example.com/some/story.gguf?download=true';
  assert.equal((await read(url)).fileBytes, 0);
  const weights = createScriptedModel(ALPHA);
  file('cache/0123456789abcdef_story.gguf', weights);
  file('cache/0123456789abcdef_another-story.gguf', 7);
  const { fileBytes, header } = await read(url);
  assert.equal(fileBytes, weights.length);
  assert.ok(header);
});

test("a model of the registry has the registry's size before it is downloaded", async () => {
  const model = { name: 'X', src: 'registry://hf/org/blob/1f/X.gguf', expectedSize: 382_156_480 };
  assert.deepEqual(await read(model), { fileBytes: 382_156_480, header: undefined });
});

test('a file that is gone is not there', async () => {
  assert.deepEqual(await read(join(folder, 'gone.gguf')), { fileBytes: 0, header: undefined });
});
