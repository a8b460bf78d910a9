import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { createConfigFolder } from './config-folder.js';
import { loadError, problemsOf } from './load-error.js';

/** The problems of one model with these weights, without the path up to it. */
const own = (type: string, config: unknown) => ({
  serve: { models: { a: { src: 'weights.gguf', type, config } } },
});

const cases: Record<string, { config: unknown; problems: string[] }> = {
  'a constant that does not exist': {
    config: { serve: { models: { a: 'QWEN3_600_INST_Q4', b: { model: 'getModelByPath' } } } },
    problems: [
      'serve.models.a: @qvac/sdk has no model constant "QWEN3_600_INST_Q4"; nearest: QWEN3_600M_INST_Q4, ',
      'serve.models.b.model: @qvac/sdk has no model constant "getModelByPath"; nearest: ',
    ],
  },
  'models of keys that are not configured': {
    config: {
      serve: {
        apiKeys: ['sk-1', { name: 'a', key: 'sk-2', models: ['my-llm', 'my-lm', 'unrelated-name'] }],
        models: { 'my-llm': 'QWEN3_600M_INST_Q4' },
      },
    },
    problems: [
      'serve.apiKeys[1].models[1]: no model "my-lm" is configured; did you mean "my-llm"?',
      'serve.apiKeys[1].models[2]: no model "unrelated-name" is configured; configured are: my-llm',
    ],
  },
  'models of keys, and no models': {
    config: { serve: { apiKeys: [{ name: 'a', key: 'sk-2', models: ['my-llm'] }] } },
    problems: ['serve.apiKeys[0].models[0]: no model "my-llm" is configured; add it to serve.models'],
  },
  'a URL of a kind that the SDK does not take': {
    config: { serve: { models: { a: { src: 'hf://org/model', type: 'llm' } } } },
    problems: [
      'serve.models.a.src: has an unknown scheme hf://; use a path, http://, https://, pear://, registry://',
    ],
  },
  'URLs that are not whole': {
    config: {
      serve: {
        models: {
          a: { src: 'https://example.com', type: 'llm' },
          b: { src: 'pear://abc/m.gguf', type: 'llm' },
          c: { src: 'registry://hf', type: 'llm' },
          d: { src: 'file://host/%', type: 'llm' },
        },
      },
    },
    problems: [
      'serve.models.a.src: must look like https://host/model.gguf, but is https://example.com',
      'serve.models.b.src: must look like pear://<64 hex digits>/model.gguf, but is pear://abc/m.gguf',
      'serve.models.c.src: must look like registry://source/path/model.gguf, but is registry://hf',
      'serve.models.d.src: is not a usable file URL: file://host/%',
    ],
  },
  'a Windows path is a path': {
    config: { serve: { models: { a: { src: 'C:\\models\\none.gguf', type: 'llm' } } } },
    problems: ['serve.models.a.src: no such file: C:\\models\\none.gguf'],
  },
  'settings of the wrong kind, and a key that the SDK would drop': {
    config: own('llm', { ctx_sise: 1, ctx_size: '8192', temp: 3, predict: 0, 'main-gpu': 'big' }),
    problems: [
      'serve.models.a.config.ctx_sise: unknown key; did you mean "ctx_size"?',
      'serve.models.a.config.ctx_size: must be a number, but is "8192"; write 8192 without quotes',
      'serve.models.a.config.temp: must be at most 2, but is 3',
      'serve.models.a.config.predict: must be at least 1, but is 0',
      'serve.models.a.config.main-gpu: must be a number or one of "integrated", "dedicated", but is "big"',
    ],
  },
  'threads that are no count': {
    config: own('embeddings', { threads: 0, thread: 1 }),
    problems: [
      'serve.models.a.config.threads: must be more than 0, but is 0',
      'serve.models.a.config.thread: unknown key; did you mean "threads"?',
    ],
  },
  'threads where the engine has another name for them': {
    config: own('whisper', { threads: 2 }),
    problems: ['serve.models.a.config.threads: unknown key; did you mean "n_threads"?'],
  },
  'an unknown key one level down': {
    config: own('whisper', { contextParams: { use_gpuu: true } }),
    problems: ['serve.models.a.config.contextParams.use_gpuu: unknown key; did you mean "use_gpu"?'],
  },
  'a config that is required, left out': {
    config: { serve: { models: { a: { src: 'weights.gguf', type: 'nmt' } } } },
    problems: ['serve.models.a.config.engine: must be one of "Bergamot", "IndicTrans", but is missing'],
  },
  'an unknown key in one of several configs': {
    config: own('tts', { ttsEngine: 'supertonic', language: 'en', cfmSteps: 1 }),
    problems: ['serve.models.a.config.cfmSteps: unknown key; known here: ttsEngine, language, voice, '],
  },
  'a constant inside a config that does not exist': {
    config: own('whisper', { vadModelSrc: 'VAD_SILERO' }),
    problems: [
      'serve.models.a.config.vadModelSrc: @qvac/sdk has no model constant "VAD_SILERO"; nearest: VAD_SILERO_5_1_2, ',
    ],
  },
};

for (const [name, { config, problems }] of Object.entries(cases)) {
  test(name, async (t) => {
    const found = await problemsOf(t, config);
    assert.equal(found.length, problems.length, found.join('\n'));
    for (const [index, line] of found.entries()) {
      // Lists of names end differently with another version of the SDK.
      assert.ok(line.startsWith(problems[index] ?? '?'), line);
    }
  });
}

test('three names are offered for a constant that does not exist', async (t) => {
  const [line = ''] = await problemsOf(t, { serve: { models: { a: 'WHISPER_TINI' } } });
  const names = line.replace(/.*nearest: /, '').split(', ');
  assert.equal(names.length, 3);
  assert.equal(names[0], 'WHISPER_TINY');
});

test('files that cannot be loaded: missing, a folder, missing inside a config', async (t) => {
  const cwd = await createConfigFolder(t, { 'weights.gguf': '' });
  await mkdir(join(cwd, 'folder'));
  const models = {
    a: { src: 'none.gguf', type: 'llm' },
    b: { src: 'folder', type: 'llm' },
    c: { src: 'weights.gguf', type: 'llm', config: { projectionModelSrc: 'sub/none.gguf' } },
    d: { src: 'WHISPER_TINY', type: 'whisper' },
  };
  await writeFile(join(cwd, 'qvac.config.json'), JSON.stringify({ serve: { models } }));
  const { problems } = await loadError(cwd);
  assert.deepEqual(
    problems.map(({ path, message }) => `${path}: ${message}`),
    [
      `serve.models.a.src: no such file: ${join(cwd, 'none.gguf')}`,
      `serve.models.b.src: is a folder, not a file: ${join(cwd, 'folder')}`,
      `serve.models.c.config.projectionModelSrc: no such file: ${join(cwd, 'sub/none.gguf')}`,
      `serve.models.d.src: no such file: ${join(cwd, 'WHISPER_TINY')}; a constant of the SDK goes into "model", without "type"`,
    ],
  );
});
