import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import OpenAI from 'openai';
import type { Script } from '../../src/scripted-model/script.js';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { startGateway } from '../support/gateway.js';
import { tempFolder } from '../support/temp-folder.js';

/** Less than the SDK's batches of 1024: the engine died of that. */
const CONTEXT_TOKENS = 256;
const SMALL_BATCH = 64;
/** Most tokens of a text where the config does not say. */
const BATCH_TOKENS = 1024;

/**
 * As an embedder a scripted model gives each token one of few directions: direction 1 + n to the start token of reply n,
 * direction 0 to every byte. The vector of a text is the mean of its tokens, at length 1.
 */
const DIRECTIONS = ['byte', '<|start_0|>', '<|start_1|>'] as const;
const script = (name: string, contextLength = CONTEXT_TOKENS): Script => ({
  name,
  contextLength,
  replies: [{ when: 'x', text: 'one' }, { text: 'two' }],
});

const folder = tempFolder();
const entry = (name: string, config = {}, contextLength?: number) => {
  writeFileSync(join(folder, `${name}.gguf`), createScriptedModel(script(name, contextLength)));
  return { src: `./${name}.gguf`, type: 'embeddings', config: { device: 'cpu', ...config } };
};
writeFileSync(
  join(folder, 'qvac.config.json'),
  JSON.stringify({
    serve: {
      models: {
        vectors: { ...entry('vectors'), default: true },
        narrow: entry('narrow', { batchSize: SMALL_BATCH }),
        wide: entry('wide', {}, 8192),
        unpooled: entry('unpooled', { pooling: 'none' }),
        chat: { src: './vectors.gguf', type: 'llm', config: { device: 'cpu' } },
      },
    },
  }),
);
const gateway = await startGateway(['-v'], folder);
const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'unused', maxRetries: 0 });

interface Reply {
  readonly data: { readonly object: string; readonly index: number; readonly embedding: unknown }[];
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number };
  readonly error: { readonly code: string; readonly param: string | null; readonly message: string };
}

async function post(body: object, signal?: AbortSignal): Promise<{ status: number; body: Reply }> {
  const response = await fetch(`${gateway.url}/v1/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
  return { status: response.status, body: (await response.json()) as Reply };
}

/** A text with so many tokens of each direction, and its vector. */
function sample(
  bytes: number,
  zeros: number,
  ones: number,
): { text: string; vector: number[]; tokens: number } {
  const counts = [bytes, zeros, ones];
  const length = Math.hypot(...counts);
  const text = 'a'.repeat(bytes) + DIRECTIONS[1].repeat(zeros) + DIRECTIONS[2].repeat(ones);
  return { text, vector: counts.map((count) => count / length), tokens: bytes + zeros + ones };
}

function assertVector(actual: unknown, expected: readonly number[]): void {
  assert.ok(Array.isArray(actual));
  for (const [index, value] of actual.entries()) {
    assert.ok(Math.abs(value - (expected[index] ?? 0)) < 1e-6, `${actual.slice(0, 4)} is not ${expected}`);
  }
}

const samples = [sample(1, 0, 0), sample(0, 1, 0), sample(3, 4, 0), sample(1, 2, 2), sample(0, 0, 5)];
const texts = samples.map(({ text }) => text);

describe('the reply', () => {
  test('to one text has the shape of OpenAI, numbers by default, and the tokens of the engine', async () => {
    const { text, vector, tokens } = sample(3, 4, 0);
    const { status, body } = await post({ model: 'vectors', input: text });
    assert.equal(status, 200);
    const embedding = body.data[0]?.embedding as number[];
    assert.deepEqual(body, {
      object: 'list',
      data: [{ object: 'embedding', index: 0, embedding }],
      model: 'vectors',
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    });
    assertVector(embedding, vector);
  });

  test('to many has a vector for each, in their order, and counts all their tokens', async () => {
    const { body } = await post({ model: 'vectors', input: texts });
    const tokens = samples.reduce((sum, sample) => sum + sample.tokens, 0);
    assert.deepEqual(body.usage, { prompt_tokens: tokens, total_tokens: tokens });
    assert.deepEqual(
      body.data.map(({ index }) => index),
      [...samples.keys()],
    );
    for (const [index, { vector }] of samples.entries()) assertVector(body.data[index]?.embedding, vector);
  });

  test('comes from the default model when none is named', async () => {
    const { body } = await post({ input: 'a', user: 'someone', encoding_format: null });
    assert.equal((body as unknown as { model: string }).model, 'vectors');
    assert.equal(body.usage.prompt_tokens, 1);
  });

  test('in base64 is what the openai client asks for and decodes', async () => {
    const asked = await openai.embeddings.create({ model: 'vectors', input: texts });
    for (const [index, { vector }] of samples.entries()) assertVector(asked.data[index]?.embedding, vector);
    const { body } = await post({ model: 'vectors', input: texts, encoding_format: 'base64' });
    assert.equal(typeof body.data[0]?.embedding, 'string');
    const float = await openai.embeddings.create({
      model: 'vectors',
      input: texts,
      encoding_format: 'float',
    });
    assert.deepEqual(float, { ...asked });
  });

  test('to tokens of cl100k is that to their text', async () => {
    const ids = [27, 91, 2527, 62, 15, 91, 29, 64]; // <|start_0|>a
    const { vector } = sample(1, 1, 0);
    const one = await post({ input: ids });
    assertVector(one.body.data[0]?.embedding, vector);
    assert.equal(one.body.usage.prompt_tokens, 2);
    const two = await post({ input: [ids, [64]] });
    assertVector(two.body.data[0]?.embedding, vector);
    assertVector(two.body.data[1]?.embedding, [1]);
  });

  test('with fewer dimensions is shortened to length 1; more are ignored and logged', async () => {
    const { text } = sample(3, 4, 12);
    const short = await post({ input: text, dimensions: 2 });
    const shortened = short.body.data[0]?.embedding as number[];
    assert.equal(shortened.length, 2);
    assertVector(shortened, [0.6, 0.8]);
    const long = await post({ input: text, dimensions: 4096 });
    const embedding = long.body.data[0]?.embedding as number[];
    assertVector(embedding, sample(3, 4, 12).vector);
    const line = await gateway.logged(({ msg }) => msg.startsWith('dimensions ignored'));
    assert.deepEqual([line.model, line.dimensions, line.size], ['vectors', 4096, embedding.length]);
  });
});

describe('many texts', () => {
  const kinds: [model: string, title: string, sampleAt: (index: number) => ReturnType<typeof sample>][] = [
    ['vectors', 'of more tokens than the context', (index) => sample(1 + (index % 7), index % 5, index % 3)],
    // More fit into a batch by their tokens than the engine decodes at once.
    [
      'wide',
      'of one token each',
      (index) => sample(+(index % 3 === 0), +(index % 3 === 1), +(index % 3 === 2)),
    ],
  ];
  for (const [model, title, sampleAt] of kinds) {
    test(`2048 in one request, ${title}`, async () => {
      const many = Array.from({ length: 2048 }, (_, index) => sampleAt(index));
      const { data, usage } = await openai.embeddings.create({ model, input: many.map(({ text }) => text) });
      assert.equal(data.length, many.length);
      for (const [index, { vector }] of many.entries()) {
        assert.equal(data[index]?.index, index);
        assertVector(data[index]?.embedding, vector);
      }
      assert.equal(
        usage.prompt_tokens,
        many.reduce((sum, { tokens }) => sum + tokens, 0),
      );
    });
  }

  test('each as long as the context', async () => {
    const { status, body } = await post({ input: Array(70).fill('a'.repeat(CONTEXT_TOKENS)) });
    assert.equal(status, 200);
    assert.equal(body.usage.prompt_tokens, 70 * CONTEXT_TOKENS);
  });

  test('in 8 requests at once are all answered', async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, index) => {
        const { text, vector, tokens } = sample(1, index, 1);
        return post({ input: Array(100).fill(text) }).then(({ body }) => ({ body, vector, tokens }));
      }),
    );
    for (const { body, vector, tokens } of replies) {
      assert.equal(body.data.length, 100);
      for (const { embedding } of body.data) assertVector(embedding, vector);
      assert.equal(body.usage.prompt_tokens, 100 * tokens);
    }
  });

  // All of it would take the engine a minute.
  test('leave the engine to the next when their client hangs up', { timeout: 15_000 }, async () => {
    const abort = new AbortController();
    const from = gateway.log.length;
    const input = Array(2048).fill('a'.repeat(BATCH_TOKENS));
    const given = post({ model: 'wide', input }, abort.signal);
    await gateway.logged(({ msg, model }) => msg === 'call started' && model === 'wide', from);
    const next = post({ model: 'wide', input: 'aa' });
    await gateway.logged(({ msg, model }) => msg === 'call queued' && model === 'wide', from);
    abort.abort();
    await assert.rejects(given, { name: 'AbortError' });
    // What the cancelled call did is not charged to this one.
    assert.equal((await next).body.usage.prompt_tokens, 2);
    await gateway.logged(({ status }) => status === 499, from);
  });
});

describe('a request that is refused', () => {
  const long = 'a'.repeat(CONTEXT_TOKENS + 1);
  const cases: [title: string, body: object, code: string, param: string, message: RegExp][] = [
    [
      'one text beyond the context',
      { input: long },
      'context_length_exceeded',
      'input',
      /has 257 tokens.* 256/,
    ],
    [
      'one of many',
      { input: [...Array(100).fill('a'), long] },
      'context_length_exceeded',
      'input[100]',
      /'input\[100\]' has 257 tokens; the context of model 'vectors' holds 256/,
    ],
    [
      'one beyond the batch size',
      { model: 'narrow', input: [...Array(70).fill('a'), 'a'.repeat(65), 'aa'] },
      'context_length_exceeded',
      'input[70]',
      /has 65 tokens; model 'narrow' takes 64 at once.*batchSize/,
    ],
    ['an empty list', { input: [] }, 'missing_input', 'input', /required/],
    ['an empty text', { input: ['a', ''] }, 'invalid_value', 'input[1]', /must not be empty/],
    ['too many texts', { input: Array(2049).fill('a') }, 'invalid_value', 'input', /at most 2048/],
    ['a token that is none', { input: [[1], [200_000]] }, 'invalid_value', 'input[1][0]', /no token id/],
    [
      'another encoding',
      { input: 'a', encoding_format: 'int8' },
      'invalid_value',
      'encoding_format',
      /float/,
    ],
    ['a chat model', { model: 'chat', input: 'a' }, 'invalid_model_type', 'model', /is a chat model/],
  ];
  for (const [title, request, code, param, message] of cases) {
    test(`${title}, and the model answers the next`, async () => {
      const { status, body } = await post(request);
      assert.equal(status, 400);
      assert.deepEqual([body.error.code, body.error.param], [code, param]);
      assert.match(body.error.message, message);
      const next = await post({ input: 'aaa' });
      assert.equal(next.body.usage.prompt_tokens, 3);
    });
  }
});

test('a model that would give a vector per token is not loaded, and the error says what to set', async () => {
  const { status, body } = await post({ model: 'unpooled', input: 'a' });
  assert.equal(status, 500);
  assert.equal(body.error.code, 'model_load_failed');
  assert.match(body.error.message, /pooling 'none' gives a vector per token; say 'mean'/);
});

test('no text makes it fail', async () => {
  const odd = ['\0', 'a\0b', '\ud800', 'x\udc00y', 'שלום', '日本語', '🙂', ' ', '\n', '\ufeff', '\u200b'];
  for (const input of [...odd, odd]) {
    const { status, body } = await post({ input });
    assert.equal(status, 200, `${JSON.stringify(input)}: ${body.error?.message}`);
  }
});
