import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../../src/config/load.js';
import { createConfigFolder } from './config-folder.js';

test('sources inside a config are resolved, everything else is kept', async (t) => {
  const cwd = await createConfigFolder(t, {
    'weights.gguf': '',
    'sub/up.pth': '',
    'qvac.config.json': {
      serve: {
        models: {
          ear: {
            src: 'weights.gguf',
            type: 'whisper',
            config: { vadModelSrc: 'VAD_SILERO_5_1_2', language: 'en', contextParams: { use_gpu: false } },
          },
          eye: {
            src: 'weights.gguf',
            type: 'diffusion',
            config: {
              vaeModelSrc: 'https://example.com/vae.gguf',
              upscaler: { model_src: 'sub/up.pth', tile_size: 128 },
            },
          },
        },
      },
    },
  });
  const [ear, eye] = (await loadConfig({ cwd })).models;
  const { VAD_SILERO_5_1_2: vad } = await import('@qvac/sdk/models');
  assert.deepEqual(ear?.config, { vadModelSrc: vad, language: 'en', contextParams: { use_gpu: false } });
  // Not even the SDK's default `mode` is filled in.
  assert.deepEqual(eye?.config, {
    vaeModelSrc: 'https://example.com/vae.gguf',
    upscaler: { model_src: join(cwd, 'sub/up.pth'), tile_size: 128 },
  });
});

test('a descriptor that a config module imports from the SDK is kept', async (t) => {
  const cwd = await createConfigFolder(t, {
    'weights.gguf': '',
    'qvac.config.mjs': `
      const vadModelSrc = { src: 'registry://s3/vad.bin', name: 'VAD', blobBlockOffset: 1 };
      export default { serve: { models: { ear: { src: './weights.gguf', type: 'whisper', config: { vadModelSrc } } } } };`,
  });
  assert.deepEqual((await loadConfig({ cwd })).models[0]?.config, {
    vadModelSrc: { src: 'registry://s3/vad.bin', name: 'VAD', blobBlockOffset: 1 },
  });
});
