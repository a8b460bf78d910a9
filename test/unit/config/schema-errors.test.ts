import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemsOf } from './load-error.js';

const cases: Record<string, { config: unknown; problems: string[] }> = {
  'an unknown key, with the nearest': {
    config: { loglevel: 'warn' },
    problems: ['loglevel: unknown key; did you mean "loggerLevel"?'],
  },
  'an unknown key like no other, with all of them': {
    config: { serve: { authentication: true } },
    problems: [
      'serve.authentication: unknown key; known here: host, port, apiKeys, cors, listModels, imageHosts, requestTimeoutMs, memory, maxLoaded, keepAlive, models, remotes',
    ],
  },
  'an unknown key of a model': {
    config: { serve: { models: { 'org/a': { model: 'X', prelaod: true } } } },
    problems: ['serve.models["org/a"].prelaod: unknown key; did you mean "preload"?'],
  },
  'both forms of a model at once': {
    config: { serve: { models: { a: { model: 'X', src: 'weights.gguf' } } } },
    problems: [
      'serve.models.a: has both "model" and "src"; keep "model" for a constant of the SDK, or "src" and "type" for your own',
    ],
  },
  'a type beside a constant': {
    config: { serve: { models: { a: { model: 'X', type: 'llm' } } } },
    problems: ['serve.models.a: has "model" and "type"; remove "type", the constant tells it'],
  },
  'neither form of a model': {
    config: { serve: { models: { a: { default: true } } } },
    problems: [
      'serve.models.a: needs "model" (a constant of the SDK), "src" and "type" (a file or URL of your own), "url" and "model" (another server), or "targets"',
    ],
  },
  'a model that is no model at all': {
    config: { serve: { models: { a: 5, b: null, c: [] } } },
    problems: [
      'serve.models.a: must be a string or an object, but is 5',
      'serve.models.b: must be a string or an object, but is null',
      'serve.models.c: must be a string or an object, but is a list',
    ],
  },
  'a type that is missing': {
    config: { serve: { models: { a: { src: 'weights.gguf' } } } },
    problems: [
      'serve.models.a.type: must be one of "llm", "embeddings", "whisper", "bci", "parakeet", "nmt", "tts", "onnx-tts", "ocr", "diffusion", "vla", "classification" and 11 more, but is missing',
    ],
  },
  'a wrong value inside one form of a model': {
    config: { serve: { models: { a: { model: 5 }, b: { src: '', type: 'llm' } } } },
    problems: [
      'serve.models.a.model: must be a string, but is 5',
      'serve.models.b.src: must be a string that is not empty, but is ""',
    ],
  },
  'a budget that is no size, and times that are none': {
    config: {
      serve: {
        memory: { budget: '24 gigs' },
        keepAlive: '5 minutes',
        models: { a: { model: 'X', keepAlive: '' } },
      },
    },
    problems: [
      'serve.memory.budget: must be a share as "80%" or a size as "24GB" or "512MB", above zero',
      'serve.keepAlive: must be a duration as "5m" or "1h30m", or a number of seconds (0: at once, -1: never)',
      'serve.models.a.keepAlive: must be a duration as "5m" or "1h30m", or a number of seconds (0: at once, -1: never)',
    ],
  },
  'a port out of range, a quoted one, half a one': {
    config: { serve: { port: 65536 } },
    problems: ['serve.port: must be at most 65535, but is 65536'],
  },
  'half a port': {
    config: { serve: { port: 80.5 } },
    problems: ['serve.port: must be a whole number, but is 80.5'],
  },
  'a negative port': {
    config: { serve: { port: -1 } },
    problems: ['serve.port: must be at least 0, but is -1'],
  },
  'a URL as host': {
    config: { serve: { host: 'http://localhost' } },
    problems: ['serve.host: must be a host name or an IP address, without http:// and without a port'],
  },
  'keys in the wrong shape, of which none is quoted': {
    config: { serve: { apiKeys: 'sk-secret' } },
    problems: ['serve.apiKeys: must be a list, but is "…"'],
  },
  'keys by name, of which none is quoted': {
    config: { serve: { apiKeys: { alice: 'sk-secret' } } },
    problems: ['serve.apiKeys: must be a list, but is an object'],
  },
  'keys that are none, of which none is quoted': {
    config: {
      serve: {
        apiKeys: [
          'sk-1',
          'sk secret',
          '',
          123456,
          { key: 'sk-secret' },
          { name: 'alice', key: 'sk secret' },
          { name: 'alice', kye: 'sk-secret' },
          ['sk-secret'],
        ],
      },
    },
    problems: [
      'serve.apiKeys[6].kye: unknown key; known here: name, key, models, maxConcurrent, requestsPerMinute',
      'serve.apiKeys[1]: must be a key of printable ASCII characters without spaces',
      'serve.apiKeys[2]: must be a key of printable ASCII characters without spaces',
      'serve.apiKeys[3]: must be a string or an object, but is "…"',
      'serve.apiKeys[4].name: must be a string, but is missing',
      'serve.apiKeys[5].key: must be a key of printable ASCII characters without spaces',
      'serve.apiKeys[6].key: must be a string, but is missing',
      'serve.apiKeys[7]: must be a string or an object, but is a list',
    ],
  },
  'limits of keys that are none': {
    config: {
      serve: {
        apiKeys: [
          { name: 'a', key: 'sk-1', models: [] },
          { name: 'a', key: 'sk-1', models: 'my-llm' },
          { name: 'a', key: 'sk-1', maxConcurrent: 0, requestsPerMinute: 1.5 },
        ],
      },
    },
    problems: [
      'serve.apiKeys[0].models: must name at least one model; without it the key is for all',
      'serve.apiKeys[1].models: must be a list, but is "…"',
      'serve.apiKeys[2].maxConcurrent: must be at least 1, but is "…"',
      'serve.apiKeys[2].requestsPerMinute: must be a whole number, but is "…"',
    ],
  },
  'CORS in the wrong shape': {
    config: { serve: { cors: 'https://app.example.com' } },
    problems: ['serve.cors: must be true or false or an object, but is "https://app.example.com"'],
  },
  'CORS for no origin': {
    config: { serve: { cors: { origins: [] } } },
    problems: ['serve.cors.origins: must name at least one origin'],
  },
  'CORS for what is no origin': {
    config: { serve: { cors: { origins: ['https://app.example.com', '*'] } } },
    problems: [
      'serve.cors.origins[1]: must be an origin, as https://app.example.com; for all of them, enable CORS without origins',
    ],
  },
  'an image host that is a URL': {
    config: { serve: { imageHosts: ['images.example.com', 'https://images.example.com'] } },
    problems: [
      'serve.imageHosts[1]: must be a host name or an IP address, with a port if it is not the usual one: images.example.com, 192.168.1.5:8080',
    ],
  },
  'a quoted boolean': {
    config: { serve: { models: { a: { model: 'X', preload: 'true' } } } },
    problems: ['serve.models.a.preload: must be true or false, but is "true"; write true without quotes'],
  },
  'an unknown log level, with the nearest': {
    config: { loggerLevel: 'warning' },
    problems: [
      'loggerLevel: must be one of "error", "warn", "info", "debug", "off", but is "warning"; did you mean "warn"?',
    ],
  },
  'a number that must be more than 0': {
    config: { httpDownloadConcurrency: 0 },
    problems: ['httpDownloadConcurrency: must be more than 0, but is 0'],
  },
  'a relative cache directory': {
    config: { cacheDirectory: 'cache' },
    problems: ['cacheDirectory: must be an absolute path: the SDK refuses a relative one'],
  },
  'aliases that no client could send': {
    config: {
      serve: { models: { '': 'X', ' a': 'X', 'a\n': 'X', 'a\u0007b': 'X', ['x'.repeat(129)]: 'X' } },
    },
    problems: [
      'serve.models[""]: an alias must not be empty',
      'serve.models[" a"]: an alias cannot begin or end with a space, nor hold a control character',
      'serve.models["a\\n"]: an alias cannot begin or end with a space, nor hold a control character',
      'serve.models["a\\u0007b"]: an alias cannot begin or end with a space, nor hold a control character',
      `serve.models.${'x'.repeat(129)}: an alias has at most 128 characters, this has 129`,
    ],
  },
};

for (const [name, { config, problems }] of Object.entries(cases)) {
  test(name, async (t) => assert.deepEqual(await problemsOf(t, config), problems));
}
