import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { readCpuCores } from '../../src/gateway/cpu-cores.js';
import { sharedThreads } from '../../src/models/thread-policy.js';
import { startGateway } from '../support/gateway.js';
import { createScriptedParakeet } from '../support/scripted-parakeet.js';
import { tempFolder } from '../support/temp-folder.js';
import { WITHOUT_VULKAN } from '../support/vulkan.js';
import { createWav } from '../support/wav.js';

const TEXT = 'Ask not what your country can do for you.';
const ONE_SECOND = createWav(1);
/** Keeps the engine at it for a second: so long may whoever watches it stand still. */
const LONG = createWav(300, { sampleRate: 8_000, bitsPerSample: 8 });

const folder = tempFolder();
writeFileSync(join(folder, 'speech.gguf'), createScriptedParakeet(TEXT));
writeFileSync(join(folder, 'silence.gguf'), createScriptedParakeet(''));
writeFileSync(join(folder, 'fails.gguf'), createScriptedParakeet(TEXT, 8_000));
const models = {
  parakeet: { src: './speech.gguf', type: 'parakeet', default: true },
  threads: { src: './speech.gguf', type: 'parakeet', config: { maxThreads: 2 } },
  silence: { src: './silence.gguf', type: 'parakeet' },
  fails: { src: './fails.gguf', type: 'parakeet' },
};
const config = join(folder, 'qvac.config.json');
writeFileSync(config, JSON.stringify({ serve: { models } }));
const temp = join(folder, 'tmp');
mkdirSync(temp);
// Each line of its stdout is parsed: an engine that writes there too would fail all tests.
const gateway = await startGateway(['-v', '-c', config], folder, { TMPDIR: temp });

async function post(
  audio: Uint8Array<ArrayBuffer>,
  fields: Readonly<Record<string, string>> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  body.set('file', new Blob([audio]), 'audio.wav');
  return fetch(`${gateway.url}/v1/audio/transcriptions`, { method: 'POST', body, ...(signal && { signal }) });
}

/** Files of requests that are on disk now. */
function uploads(): string[] {
  return readdirSync(temp, { recursive: true, encoding: 'utf8' }).filter((name) => /uploads[\\/]/.test(name));
}

/** The test's own timeout ends the wait. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await delay(5);
}

describe('a transcription by Parakeet', { skip: WITHOUT_VULKAN }, () => {
  test('has the words of the model, as JSON or as text', async () => {
    const json = await post(ONE_SECOND, { model: 'parakeet' });
    assert.match(json.headers.get('content-type') ?? '', /^application\/json/);
    assert.equal(await json.text(), JSON.stringify({ text: TEXT }));
    const text = await post(ONE_SECOND, { response_format: 'text' });
    assert.match(text.headers.get('content-type') ?? '', /^text\/plain/);
    assert.equal(await text.text(), TEXT);
    assert.deepEqual(uploads(), []);
  });

  test('is without a word where none is heard', async () => {
    const response = await post(ONE_SECOND, { model: 'silence' });
    assert.deepEqual([response.status, await response.json()], [200, { text: '' }]);
  });

  test('takes a prompt, which it has no use for', async () => {
    const response = await post(ONE_SECOND, { prompt: 'Kennedy' });
    assert.deepEqual(await response.json(), { text: TEXT });
  });

  test('may be asked for while another runs', async () => {
    const [one, two] = await Promise.all([post(LONG), post(ONE_SECOND)]);
    assert.deepEqual([await one.json(), await two.json()], [{ text: TEXT }, { text: TEXT }]);
  });

  test('of what is no audio is 400, and the next one is well', async () => {
    for (const audio of [new Uint8Array(5_000).fill(0x67), ONE_SECOND.slice(0, 30)]) {
      const response = await post(audio);
      const { error } = (await response.json()) as { error: { code: string; param: string } };
      assert.deepEqual([response.status, error.code, error.param], [400, 'invalid_audio', 'file']);
    }
    assert.deepEqual(await (await post(ONE_SECOND)).json(), { text: TEXT });
    assert.deepEqual(uploads(), []);
  });

  test('is an error where the engine fails, not the text that says so', async () => {
    const response = await post(ONE_SECOND, { model: 'fails' });
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    assert.deepEqual([response.status, error.code], [500, 'engine_error'], error.message);
    assert.deepEqual(uploads(), []);
  });

  test('that nobody waits for any more ends while its audio is read, and the next one is well', async () => {
    const since = await gateway.mark();
    const abort = new AbortController();
    const lost = post(LONG, {}, abort.signal);
    await gateway.logged(({ msg }) => msg === 'call started', since);
    assert.equal(uploads().length, 1);
    abort.abort();
    await assert.rejects(lost);
    assert.deepEqual(await (await post(ONE_SECOND)).json(), { text: TEXT });
    await until(() => uploads().length === 0);
  });

  // Linux alone tells the threads of another process without a tool.
  describe('as its threads tell', { skip: !existsSync('/proc/self/task') }, () => {
    /** Counts the threads of the model's process. It has been at work, so that all that idle are there. */
    async function threadCounter(model: string): Promise<() => number> {
      assert.equal((await post(ONE_SECOND, { model })).status, 200);
      const { pid } = await gateway.logged((line) => line.msg === 'model loaded' && line.model === model);
      return () => readdirSync(`/proc/${pid}/task`).length;
    }

    test('takes as many as the gateway has for each model', async () => {
      const threads = await threadCounter('parakeet');
      const idle = threads();
      let most = idle;
      let isOver = false;
      const call = post(LONG, { model: 'parakeet' }).finally(() => {
        isOver = true;
      });
      await until(() => {
        most = Math.max(most, threads());
        return isOver;
      });
      assert.equal((await call).status, 200);
      const expected = sharedThreads(
        await readCpuCores(),
        Object.keys(models).map(() => ({ replicas: 1, threads: undefined })),
      );
      assert.equal(most - idle, expected - 1); // one of them is there anyway
    });

    test('that nobody waits for any more ends while the engine is at it, and the next one is well', async () => {
      const model = 'threads';
      const threads = await threadCounter(model);
      const idle = threads();
      const abort = new AbortController();
      const lost = post(LONG, { model }, abort.signal);
      await until(() => threads() === idle + 1); // the second of its two, there for as long as they compute
      abort.abort();
      await assert.rejects(lost);
      assert.deepEqual(await (await post(ONE_SECOND, { model })).json(), { text: TEXT });
      await until(() => uploads().length === 0);
    });
  });
});
