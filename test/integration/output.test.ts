import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type OpenAI from 'openai';
import { checkedFetch } from '../support/checked-fetch.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
const config = writeScriptedConfig(folder, [[ALPHA, { config: { ctx_size: 131_072 } }]]);
const gateway = await startGateway(['-c', config], folder);
const openai = createOpenAI(gateway.url);
const ask = (content: string) => ({ model: 'alpha', messages: [{ role: 'user' as const, content }] });
/** Of its prompt: `user: for ever`, its line end and the start token. A cancelled run must tell it too. */
const FOR_EVER_TOKENS = 'user: for ever\n'.length + 1;
const contentOf = ({ choices }: OpenAI.ChatCompletion) => choices[0]?.message.content ?? '';

describe('stop', { timeout: 60_000 }, () => {
  for (const [title, stop, expected] of [
    ['within a token', 'ix', 'one two three four five s'],
    ['the first of several', ['ten', ' four', 'five'], 'one two three'],
  ] as const) {
    test(`${title}, blocking and streamed, never shows a part of itself`, async () => {
      const request = { ...ask('for ever'), stop: [stop].flat() };
      const reply = await openai.chat.completions.create(request);
      assert.equal(contentOf(reply), expected);
      assert.equal(reply.choices[0]?.finish_reason, 'stop');
      assert.ok((reply.usage?.completion_tokens ?? 0) > 0);
      assert.equal(reply.usage?.prompt_tokens, FOR_EVER_TOKENS);

      let streamed = '';
      for await (const chunk of await openai.chat.completions.create({ ...request, stream: true })) {
        streamed += chunk.choices[0]?.delta.content ?? '';
        assert.ok(expected.startsWith(streamed), streamed);
      }
      assert.equal(streamed, expected);
    });
  }

  test('across tokens', async () => {
    const reply = await openai.chat.completions.create({ ...ask('for ever'), stop: 'three four five' });
    assert.equal(contentOf(reply), 'one two ');
  });

  test('that does not come changes nothing', async () => {
    const reply = await openai.chat.completions.create({ ...ask('Hello!'), stop: ['STOP', 'fox?'] });
    assert.equal(contentOf(reply), fallbackOf(ALPHA));
  });

  test('frees the engine: the next call does not wait for what would go on for minutes', async () => {
    await openai.chat.completions.create({ ...ask('for ever'), stop: 'two' });
    assert.equal(contentOf(await openai.chat.completions.create(ask('Hello!'))), fallbackOf(ALPHA));
  });
});

describe('response_format', () => {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string' }, warm: { type: 'boolean' } },
    required: ['city', 'warm'],
    additionalProperties: false,
  };

  test('json_object gives an object from a model that would say something else', async () => {
    const reply = await openai.chat.completions.create({
      ...ask('Hello!'),
      response_format: { type: 'json_object' },
    });
    assert.equal(typeof JSON.parse(contentOf(reply)), 'object');
  });

  for (const [title, response_format] of [
    ['json_schema', { type: 'json_schema', json_schema: { name: 'city', strict: true, schema } }],
    ["llama.cpp's dialect", { type: 'json_object', schema }],
  ] as const) {
    test(`${title} gives what the schema says`, async () => {
      const reply = await openai.chat.completions.create({
        ...ask('Hello!'),
        response_format: response_format as OpenAI.ResponseFormatJSONSchema,
      });
      const value = JSON.parse(contentOf(reply)) as Record<string, unknown>;
      assert.deepEqual(Object.keys(value).sort(), ['city', 'warm']);
      assert.equal(typeof value.city, 'string');
      assert.equal(typeof value.warm, 'boolean');
    });
  }

  test('a schema that can not become a grammar is refused, and the model answers the next call', async () => {
    await assert.rejects(
      openai.chat.completions.create({
        ...ask('Hello!'),
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'bad', schema: { type: 'object', properties: { a: { type: 'nonsense' } } } },
        },
      }),
      (error: InstanceType<typeof OpenAI.APIError>) => {
        assert.equal(error.status, 400);
        assert.equal(error.code, 'invalid_response_format');
        assert.equal(error.param, 'response_format');
        return true;
      },
    );
    assert.equal(contentOf(await openai.chat.completions.create(ask('Hello!'))), fallbackOf(ALPHA));
  });
});

describe('n', () => {
  test('gives independent choices with their index, and counts the prompt once', async () => {
    const one = await openai.chat.completions.create(ask('Hello!'));
    const three = await openai.chat.completions.create({ ...ask('Hello!'), n: 3 });
    assert.deepEqual(
      three.choices.map(({ index, message }) => [index, message.content]),
      [0, 1, 2].map((index) => [index, fallbackOf(ALPHA)]),
    );
    assert.equal(three.usage?.prompt_tokens, one.usage?.prompt_tokens);
    assert.equal(three.usage?.completion_tokens, 3 * (one.usage?.completion_tokens ?? Number.NaN));
  });

  test('in a stream too, with one end', async () => {
    const texts = ['', ''];
    const finished: (string | null)[] = [];
    const stream = await openai.chat.completions.create({
      ...ask('Hello!'),
      n: 2,
      stream: true,
      stream_options: { include_usage: true },
    });
    let usages = 0;
    for await (const { choices, usage } of stream) {
      if (usage) usages += 1;
      for (const { index, delta, finish_reason } of choices) {
        texts[index] += delta.content ?? '';
        if (finish_reason) finished[index] = finish_reason;
      }
    }
    assert.deepEqual(texts, [fallbackOf(ALPHA), fallbackOf(ALPHA)]);
    assert.deepEqual(finished, ['stop', 'stop']);
    assert.equal(usages, 1);
  });
});

describe('what has no effect', () => {
  test('is warned of once per request, by name', async () => {
    const request = { ...ask('Hello!'), logprobs: true, top_logprobs: 2, logit_bias: { 5: 1 } };
    await openai.chat.completions.create(request, { headers: { 'x-request-id': 'warned' } });
    await gateway.logged(({ msg, requestId }) => msg === 'request completed' && requestId === 'warned');
    const warnings = gateway.log.filter(({ msg }) => msg === 'parameters ignored');
    assert.deepEqual(
      warnings.map(({ parameters }) => parameters),
      [['logprobs', 'top_logprobs', 'logit_bias']],
    );
  });
});

test('text of any kind is answered', async () => {
  for (const content of ['\ud800', '漢字', 'שלום', 'a\u0000b', '']) {
    const response = await checkedFetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...ask(content), max_tokens: 3 }),
    });
    assert.equal(response.status, 200, JSON.stringify(content));
  }
});
