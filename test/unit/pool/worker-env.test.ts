import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { assetsEnv, modelEnv, providerEnv } from '../../../src/pool/worker-env.js';
import type { ModelType } from '../../../src/protocol/model-types.js';

const surroundings = { runFolder: '/run/1', sdkConfigFile: '/run/1/sdk.json', sharedThreads: 3 };
const spec = (config: Record<string, unknown>, type: ModelType = 'llamacpp-completion') => ({
  alias: 'my-llm',
  type,
  source: '/models/my.gguf',
  config,
});

test("a model's thread gets its own Bare entry, and keeps what the process has", () => {
  const env = modelEnv(spec({}, 'whispercpp-transcription'), surroundings, undefined);
  assert.match(env.QVAC_WORKER_PATH ?? '', /workers\/bare\/whispercpp-transcription\.js$/);
  assert.ok(existsSync(env.QVAC_WORKER_PATH ?? ''));
  assert.equal(env.TMPDIR, '/run/1');
  assert.equal(env.QVAC_CONFIG_PATH, '/run/1/sdk.json');
  assert.equal(env.PATH, process.env.PATH);
});

test('a config that names its threads gets them, another its share', () => {
  assert.equal(modelEnv(spec({}), surroundings, undefined).QVAC_GATEWAY_THREADS, '3');
  assert.equal(modelEnv(spec({ threads: 7 }), surroundings, undefined).QVAC_GATEWAY_THREADS, '7');
});

test('a model that keeps conversations has a home of its own for them, others the usual one', () => {
  assert.equal(modelEnv(spec({}), surroundings, '/cache/1').SNAP_USER_COMMON, '/cache/1');
  assert.equal(modelEnv(spec({}), surroundings, undefined).SNAP_USER_COMMON, process.env.SNAP_USER_COMMON);
});

test('the thread that downloads has an entry without an engine', () => {
  const env = assetsEnv(surroundings);
  assert.match(env.QVAC_WORKER_PATH ?? '', /workers\/bare\/assets\.js$/);
  assert.ok(existsSync(env.QVAC_WORKER_PATH ?? ''));
  assert.equal(env.TMPDIR, '/run/1');
});

test("a type without an entry is refused: the SDK's own would load every engine", () => {
  assert.throws(
    () => modelEnv(spec({}, 'gguf' as ModelType), surroundings, undefined),
    /no Bare entry 'gguf'/,
  );
});

test('the thread that serves other peers offers models as the SDK is to load them', () => {
  const offers = [spec({ threads: 7, ctx_size: 512 }), spec({})];
  const env = providerEnv(offers, 'ab'.repeat(32), surroundings);
  assert.match(env.QVAC_WORKER_PATH ?? '', /workers\/bare\/provide\.js$/);
  assert.equal(env.QVAC_HYPERSWARM_SEED, 'ab'.repeat(32));
  assert.deepEqual(JSON.parse(env.QVAC_GATEWAY_OFFERS ?? ''), [
    { type: 'llamacpp-completion', source: '/models/my.gguf', config: { ctx_size: 512 }, threads: '7' },
    { type: 'llamacpp-completion', source: '/models/my.gguf', config: {}, threads: '3' },
  ]);
});
