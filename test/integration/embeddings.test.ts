import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Script } from '../../src/scripted-model/script.js';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { checkedFetch } from '../support/checked-fetch.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { embeddingsShapes } from '../support/openai-shapes.js';
import { readError, readReply } from '../support/read-reply.js';
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
const openai = createOpenAI(gateway.url);

async function post(body: object, signal?: AbortSignal): Promise<Response> {
  return checkedFetch(`${gateway.url}/v1/embeddings`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal && { signal }),
  });
}

async function embed(body: object) {
  return readReply(await post(body), embeddingsShapes.float);
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

function assertVector(actual: readonly number[] | undefined, expected: readonly number[]): void {
  assert.ok(actual);
  for (const [index, value] of actual.entries()) {
    assert.ok(Math.abs(value - (expected[index] ?? 0)) < 1e-6, `${actual.slice(0, 4)} is not ${expected}`);
  }
}

const samples = [sample(1, 0, 0), sample(0, 1, 0), sample(3, 4, 0), sample(1, 2, 2), sample(0, 0, 5)];
const texts = samples.map(({ text }) => text);

describe('the reply', () => {
  test('to one text has numbers by default, and the tokens of the engine', async () => {
    const { text, vector, tokens } = sample(3, 4, 0);
    const { data, model, usage } = await embed({ model: 'vectors', input: text });
    assert.equal(model, 'vectors');
    assert.equal(usage.prompt_tokens, tokens);
    assert.equal(data.length, 1);
    assertVector(data[0]?.embedding, vector);
  });

  test('to many has a vector for each, in their order, and counts all their tokens', async () => {
    const { data, usage } = await embed({ model: 'vectors', input: texts });
    assert.equal(
      usage.prompt_tokens,
      samples.reduce((sum, { tokens }) => sum + tokens, 0),
    );
    assert.equal(data.length, samples.length);
    for (const [index, { vector }] of samples.entries()) assertVector(data[index]?.embedding, vector);
  });

  test('comes from the default model when none is named', async () => {
    const { model, usage } = await embed({ input: 'a', user: 'someone', encoding_format: null });
    assert.equal(model, 'vectors');
    assert.equal(usage.prompt_tokens, 1);
  });

  test('in base64 is what the openai client asks for and decodes', async () => {
    const asked = await openai.embeddings.create({ model: 'vectors', input: texts });
    for (const [index, { vector }] of samples.entries()) assertVector(asked.data[index]?.embedding, vector);
    const raw = await post({ model: 'vectors', input: texts, encoding_format: 'base64' });
    assert.equal((await readReply(raw, embeddingsShapes.base64)).data.length, samples.length);
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
    const one = await embed({ input: ids });
    assertVector(one.data[0]?.embedding, vector);
    assert.equal(one.usage.prompt_tokens, 2);
    const two = await embed({ input: [ids, [64]] });
    assertVector(two.data[0]?.embedding, vector);
    assertVector(two.data[1]?.embedding, [1]);
  });

  test('with fewer dimensions is shortened to length 1; more are ignored and logged', async () => {
    const { text } = sample(3, 4, 12);
    const short = await embed({ input: text, dimensions: 2 });
    const shortened = short.data[0]?.embedding;
    assert.equal(shortened?.length, 2);
    assertVector(shortened, [0.6, 0.8]);
    const long = await embed({ input: text, dimensions: 4096 });
    const embedding = long.data[0]?.embedding;
    assertVector(embedding, sample(3, 4, 12).vector);
    const line = await gateway.logged(({ msg }) => msg.startsWith('dimensions ignored'));
    assert.deepEqual([line.model, line.dimensions, line.size], ['vectors', 4096, embedding?.length]);
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
        assertVector(data[index]?.embedding, vector);
      }
      assert.equal(
        usage.prompt_tokens,
        many.reduce((sum, { tokens }) => sum + tokens, 0),
      );
    });
  }

  test('each as long as the context', async () => {
    const { usage } = await embed({ input: Array(70).fill('a'.repeat(CONTEXT_TOKENS)) });
    assert.equal(usage.prompt_tokens, 70 * CONTEXT_TOKENS);
  });

  test('in 8 requests at once are all answered', async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, (_, index) => {
        const { text, vector, tokens } = sample(1, index, 1);
        return embed({ input: Array(100).fill(text) }).then((body) => ({ body, vector, tokens }));
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
    const from = await gateway.mark();
    const input = Array(2048).fill('a'.repeat(BATCH_TOKENS));
    const given = post({ model: 'wide', input }, abort.signal);
    await gateway.logged(({ msg, model }) => msg === 'call started' && model === 'wide', from);
    const next = embed({ model: 'wide', input: 'aa' });
    await gateway.logged(({ msg, model }) => msg === 'call queued' && model === 'wide', from);
    abort.abort();
    await assert.rejects(given, { name: 'AbortError' });
    // What the cancelled call did is not charged to this one.
    assert.equal((await next).usage.prompt_tokens, 2);
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
      const error = await readError(await post(request));
      assert.deepEqual([error.status, error.code, error.param], [400, code, param]);
      assert.match(error.message, message);
      const next = await embed({ input: 'aaa' });
      assert.equal(next.usage.prompt_tokens, 3);
    });
  }
});

test('a model that would give a vector per token is not loaded, and the error says what to set', async () => {
  const { status, code, message } = await readError(await post({ model: 'unpooled', input: 'a' }));
  assert.equal(status, 500);
  assert.equal(code, 'model_load_failed');
  assert.match(message, /pooling 'none' gives a vector per token; say 'mean'/);
});

test('no text makes it fail', async () => {
  const odd = ['\0', 'a\0b', '\ud800', 'x\udc00y', 'שלום', '日本語', '🙂', ' ', '\n', '\ufeff', '\u200b'];
  for (const input of [...odd, odd]) {
    const response = await post({ input });
    assert.equal(response.status, 200, JSON.stringify(input));
  }
});
