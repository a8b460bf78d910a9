import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { loadConfig } from '../../../src/config/load.js';
import { createConfigFolder } from './config-folder.js';
import { loadError, problemsOf } from './load-error.js';

test('without a file, every default and no models', async (t) => {
  const cwd = await createConfigFolder(t, {});
  assert.deepEqual(await loadConfig({ cwd }), {
    file: undefined,
    host: '127.0.0.1',
    port: 11434,
    apiKeys: [],
    corsOrigins: [],
    listModels: 'loaded',
    requestTimeoutMs: undefined,
    imageHosts: [],
    memoryBudget: { share: 0.8 },
    maxLoaded: undefined,
    models: [],
    routed: [],
    remotes: [],
    sdk: {},
    warnings: [],
  });
});

test('the three forms of a model, resolved', async (t) => {
  const cwd = await createConfigFolder(t, {
    'qvac.config.json': {
      $schema: './node_modules/qvac-gateway/qvac.config.schema.json',
      serve: {
        host: '0.0.0.0',
        port: 0,
        models: {
          short: 'QWEN3_600M_INST_Q4',
          'org/chat:tag': {
            model: 'QWEN3_600M_INST_Q4',
            default: true,
            preload: true,
            config: { ctx_size: 8192, threads: 2 },
          },
          own: { src: 'models/own.gguf', type: 'embeddings' },
        },
      },
    },
    'models/own.gguf': '',
  });
  const { models, host, port, file } = await loadConfig({ cwd });
  assert.deepEqual({ host, port, file }, { host: '0.0.0.0', port: 0, file: join(cwd, 'qvac.config.json') });
  const [short, long, own] = models;
  assert.ok(short && typeof short.source === 'object');
  assert.equal(short.source.name, 'QWEN3_600M_INST_Q4');
  assert.match(short.source.src, /^registry:\/\/.*\.gguf$/);
  assert.equal(short.source.engine, 'llamacpp-completion');
  assert.deepEqual(
    { ...short, source: undefined },
    {
      alias: 'short',
      type: 'llamacpp-completion',
      category: 'chat',
      constant: 'QWEN3_600M_INST_Q4',
      default: false,
      preload: false,
      pinned: false,
      keepAliveMs: -1_000,
      replicas: 1,
      queue: 64,
      loadTimeoutMs: 900_000,
      stallTimeoutMs: 60_000,
      config: {},
      source: undefined,
    },
  );
  assert.deepEqual(
    [long?.alias, long?.default, long?.preload, long?.config],
    ['org/chat:tag', true, true, { ctx_size: 8192, threads: 2 }],
  );
  assert.deepEqual(own, {
    alias: 'own',
    type: 'llamacpp-embedding',
    category: 'embeddings',
    source: join(cwd, 'models/own.gguf'),
    default: false,
    preload: false,
    pinned: false,
    keepAliveMs: -1_000,
    replicas: 1,
    queue: 64,
    loadTimeoutMs: 900_000,
    stallTimeoutMs: 60_000,
    config: {},
  });
});

test('paths from the home folder, absolute ones, file URLs and URLs', async (t) => {
  const cwd = await createConfigFolder(t, { 'a b.gguf': '' });
  const file = join(cwd, 'a b.gguf');
  const sources = {
    home: `~/${relative(homedir(), file)}`,
    absolute: file,
    url: pathToFileURL(file).href,
    http: 'https://example.com/m.gguf',
    pear: `pear://${'ab'.repeat(32)}/m.gguf`,
    registry: 'registry://hf/org/m.gguf',
  };
  const models = Object.fromEntries(
    Object.entries(sources).map(([name, src]) => [name, { src, type: 'llm' }]),
  );
  await writeFile(join(cwd, 'qvac.config.json'), JSON.stringify({ serve: { models } }));
  const resolved = (await loadConfig({ cwd })).models.map(({ source }) => source);
  assert.deepEqual(resolved, [file, file, file, sources.http, sources.pear, sources.registry]);
});

test('the result is frozen, all the way down, and the SDK constant is a copy', async (t) => {
  const cwd = await createConfigFolder(t, {
    'qvac.config.json': {
      loggerLevel: 'warn',
      serve: { models: { a: { model: 'QWEN3_600M_INST_Q4', config: { stop_sequences: ['x'] } } } },
    },
  });
  const config = await loadConfig({ cwd });
  const assertFrozen = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    assert.ok(Object.isFrozen(value));
    Object.values(value).forEach(assertFrozen);
  };
  assertFrozen(config);
  assert.deepEqual(config.models[0]?.config, { stop_sequences: ['x'] });
  const { QWEN3_600M_INST_Q4: exported } = await import('@qvac/sdk/models');
  assert.deepEqual(config.models[0]?.source, exported);
  assert.ok(!Object.isFrozen(exported));
});

test('who may use the gateway', async (t) => {
  const serve = {
    apiKeys: ['sk-1', { name: 'alice', key: 'sk-2' }],
    cors: { origins: ['https://App.example.com:443/', 'app://obsidian.md'] },
  };
  const cwd = await createConfigFolder(t, { 'qvac.config.json': { serve } });
  const { apiKeys, corsOrigins } = await loadConfig({ cwd });
  assert.deepEqual(apiKeys, [{ key: 'sk-1' }, { name: 'alice', key: 'sk-2' }]);
  assert.deepEqual(corsOrigins, ['https://app.example.com', 'app://obsidian.md']);

  for (const [cors, expected] of [
    [true, 'any'],
    [false, []],
  ] as const) {
    const folder = await createConfigFolder(t, { 'qvac.config.json': { serve: { cors } } });
    assert.deepEqual((await loadConfig({ cwd: folder })).corsOrigins, expected);
  }
});

test('the settings of the SDK are kept as they are written', async (t) => {
  const sdk = { cacheDirectory: '/var/cache/qvac/', loggerLevel: 'warn', registryDownloadMaxRetries: 0 };
  const cwd = await createConfigFolder(t, { 'qvac.config.json': sdk });
  assert.deepEqual((await loadConfig({ cwd })).sdk, sdk);
});

test('one default per category, not one in all', async (t) => {
  const own = (type: string) => ({ src: 'weights.gguf', type, default: true });
  const cwd = await createConfigFolder(t, {
    'weights.gguf': '',
    'qvac.config.json': { serve: { models: { chat: own('llm'), embed: own('embeddings') } } },
  });
  assert.deepEqual(
    (await loadConfig({ cwd })).models.map((model) => model.default),
    [true, true],
  );
  assert.deepEqual(
    await problemsOf(t, { serve: { models: { one: own('whisper'), two: own('parakeet') } } }),
    ['serve.models: "one" and "two" are both the default for transcription; keep one'],
  );
});

test('a lone model of a category is not its default by itself', async (t) => {
  const cwd = await createConfigFolder(t, {
    'qvac.config.json': { serve: { models: { a: 'QWEN3_600M_INST_Q4' } } },
  });
  assert.equal((await loadConfig({ cwd })).models[0]?.default, false);
});

test('the message of a ConfigError is the file and one line per problem', async (t) => {
  const cwd = await createConfigFolder(t, { 'qvac.config.json': { serve: { port: '1', hots: '::1' } } });
  const error = await loadError(cwd);
  assert.equal(error.file, join(cwd, 'qvac.config.json'));
  assert.equal(
    error.message,
    [
      error.file,
      '  serve.hots: unknown key; did you mean "host"?',
      '  serve.port: must be a number, but is "1"; write 1 without quotes',
    ].join('\n'),
  );
});

test('hosts of images are written as URLs have them', async (t) => {
  const cwd = await createConfigFolder(t, {
    'qvac.config.json': { serve: { imageHosts: ['Images.Example.com', 'localhost:8080'] } },
  });
  assert.deepEqual((await loadConfig({ cwd })).imageHosts, ['images.example.com', 'localhost:8080']);
});

test('memory and time: what holds for all models, and what a model says itself', async (t) => {
  const cwd = await createConfigFolder(t, {
    'qvac.config.json': {
      serve: {
        memory: { budget: '24GB' },
        maxLoaded: 2,
        keepAlive: '1h30m',
        models: {
          a: 'QWEN3_600M_INST_Q4',
          b: { model: 'QWEN3_600M_INST_Q4', pinned: true, keepAlive: -1 },
          c: { model: 'QWEN3_600M_INST_Q4', keepAlive: 0 },
        },
      },
    },
  });
  const { memoryBudget, maxLoaded, models } = await loadConfig({ cwd });
  assert.deepEqual(memoryBudget, { bytes: 24 * 1024 ** 3 });
  assert.equal(maxLoaded, 2);
  assert.deepEqual(
    models.map(({ alias, pinned, keepAliveMs }) => [alias, pinned, keepAliveMs]),
    [
      ['a', false, 5_400_000],
      ['b', true, -1_000],
      ['c', false, 0],
    ],
  );
});
