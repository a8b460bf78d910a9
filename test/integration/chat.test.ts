import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import OpenAI from 'openai';
import { checkedFetch } from '../support/checked-fetch.js';
import { type LogLine, startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { completionShape } from '../support/openai-shapes.js';
import { readReply } from '../support/read-reply.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const folder = tempFolder();
// The context is so large that what goes on for ever does so for minutes: a call that is not freed fails its test.
const config = writeScriptedConfig(folder, [
  [ALPHA, { default: true, config: { ctx_size: 131_072 } }],
  [BETA, { config: { ctx_size: 131_072 } }],
]);
const gateway = await startGateway(['-v', '-c', config], folder);
const openai = createOpenAI(gateway.url);

const hello = [{ role: 'user' as const, content: 'Hello!' }];

async function post(body: unknown): Promise<Response> {
  return checkedFetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

describe('loading on the first request', () => {
  test('concurrent first requests share one load', async () => {
    const replies = await Promise.all(
      Array.from({ length: 4 }, () => openai.chat.completions.create({ model: 'beta', messages: hello })),
    );
    for (const reply of replies) assert.equal(reply.choices[0]?.message.content, fallbackOf(BETA));
    const isLoad = ({ msg, model }: LogLine): boolean => msg === 'model loaded' && model === 'beta';
    await gateway.logged(isLoad);
    assert.equal(gateway.log.filter(isLoad).length, 1);
  });
});

describe('a blocking completion', () => {
  test('has the time and the exact text', async () => {
    const before = Math.floor(Date.now() / 1000);
    const request = openai.chat.completions.create({ model: 'alpha', messages: hello });
    const { data, response } = await request.withResponse();
    assert.match(response.headers.get('x-request-id') ?? '', /^req_/);
    assert.ok(data.created >= before && data.created <= Date.now() / 1000);
    assert.equal(data.model, 'alpha');
    assert.equal(data.choices.length, 1);
    assert.equal(data.choices[0]?.message.content, fallbackOf(ALPHA));
    assert.equal(data.choices[0]?.finish_reason, 'stop');
    assert.equal(data.usage?.prompt_tokens_details?.cached_tokens, 0);
  });

  test('counts the tokens of the prompt and of the reply', async () => {
    const count = async (content: string, max_tokens: number) => {
      const { usage } = await openai.chat.completions.create({
        model: 'alpha',
        messages: [{ role: 'user', content }],
        max_tokens,
      });
      return usage;
    };
    const short = await count('Hello', 5);
    const longer = await count('Hello, you', 7);
    assert.equal(short?.completion_tokens, 5);
    assert.equal(longer?.completion_tokens, 7);
    // The scripted models have a token per byte of the prompt.
    assert.equal((longer?.prompt_tokens ?? 0) - (short?.prompt_tokens ?? 0), ', you'.length);
  });

  for (const limit of ['max_tokens', 'max_completion_tokens'] as const) {
    test(`ends with length at ${limit}`, async () => {
      const reply = await openai.chat.completions.create({ model: 'alpha', messages: hello, [limit]: 3 });
      assert.equal(reply.choices[0]?.finish_reason, 'length');
      const text = reply.choices[0]?.message.content ?? '';
      assert.ok(text.length > 0 && fallbackOf(ALPHA).startsWith(text) && text !== fallbackOf(ALPHA));
      assert.equal(reply.usage?.completion_tokens, 3);
    });
  }

  test('takes the default model when none is named', async () => {
    const response = await post({ messages: hello });
    assert.equal((await readReply(response, completionShape)).model, 'alpha');
  });

  test('takes content as parts, null for what is absent, and parameters that it does not know', async () => {
    const response = await post({
      model: 'alpha',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'eu' },
            { type: 'text', text: 'ro' },
          ],
        },
      ],
      stream: null,
      temperature: null,
      max_tokens: null,
      stop: null,
      user: 'someone',
      metadata: { any: 'thing' },
    });
    const { choices } = await readReply(response, completionShape);
    assert.equal(choices[0]?.message.content, 'It costs 5 € or a 🙂.');
  });

  test('takes every sampling parameter of the document', async () => {
    const reply = await openai.chat.completions.create({
      model: 'alpha',
      messages: hello,
      temperature: 0.7,
      top_p: 0.9,
      seed: -5,
      frequency_penalty: 0.1,
      presence_penalty: 0.1,
    });
    assert.equal(reply.choices[0]?.message.content, fallbackOf(ALPHA));
  });

  test('puts thinking beside the answer', async () => {
    const response = await post({ model: 'alpha', messages: [{ role: 'user', content: 'think' }] });
    const { choices } = await readReply(response, completionShape);
    assert.equal(choices[0]?.message.content, 'It is four.');
    assert.equal(choices[0]?.message.reasoning_content, 'Let me see: 2 and 2.');
  });
});

describe('a streamed completion', () => {
  test('has a chunk per token, and the token counts when they are asked for', async () => {
    const stream = await openai.chat.completions.create({
      model: 'alpha',
      messages: hello,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    const texts = chunks.flatMap(({ choices }) => choices[0]?.delta.content || []);
    assert.equal(texts.join(''), fallbackOf(ALPHA));
    assert.ok(texts.length > 10, 'one chunk per token');
    assert.equal(chunks.at(-2)?.choices[0]?.finish_reason, 'stop');
    assert.ok((chunks.at(-1)?.usage?.completion_tokens ?? 0) > 10);
    for (const { model } of chunks) assert.equal(model, 'alpha');
  });

  test('ends with length at max_tokens', async () => {
    const stream = openai.chat.completions.stream({ model: 'alpha', messages: hello, max_tokens: 2 });
    assert.equal((await stream.finalChatCompletion()).choices[0]?.finish_reason, 'length');
  });

  test('keeps characters whole that are split over tokens', async () => {
    const stream = await openai.chat.completions.create({
      model: 'alpha',
      messages: [{ role: 'user', content: 'euro' }],
      stream: true,
    });
    let text = '';
    for await (const chunk of stream) {
      const delta = chunk.choices[0]?.delta.content ?? '';
      assert.ok(!delta.includes('\uFFFD'), 'a torn character');
      text += delta;
    }
    assert.equal(text, 'It costs 5 € or a 🙂.');
  });

  test('twenty at once on two models all complete with the right text', async () => {
    const texts = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const stream = openai.chat.completions.stream({
          model: index % 2 === 0 ? 'alpha' : 'beta',
          messages: hello,
        });
        return stream.finalContent();
      }),
    );
    for (const [index, text] of texts.entries()) {
      assert.equal(text, fallbackOf(index % 2 === 0 ? ALPHA : BETA));
    }
  });

  test('of one model goes on while the other answers', async () => {
    const endless = await openai.chat.completions.create({
      model: 'beta',
      messages: [{ role: 'user', content: 'for ever' }],
      stream: true,
    });
    const iterator = endless[Symbol.asyncIterator]();
    await iterator.next();
    const other = await openai.chat.completions.create({ model: 'alpha', messages: hello });
    assert.equal(other.choices[0]?.message.content, fallbackOf(ALPHA));
    const next = await iterator.next();
    assert.equal(next.done, false, 'the first stream had not ended before');
    endless.controller.abort();
  });
});

describe('a client that hangs up', { timeout: 60_000 }, () => {
  const forEver = [{ role: 'user' as const, content: 'for ever' }];
  const isCall = (msg: string) => (line: LogLine) => line.msg === msg && line.model === 'alpha';

  async function assertFree(): Promise<void> {
    const next = await openai.chat.completions.create({ model: 'alpha', messages: hello });
    assert.equal(next.choices[0]?.message.content, fallbackOf(ALPHA));
  }

  test('in mid-stream frees the engine for the next call', async () => {
    const endless = await openai.chat.completions.create({ model: 'alpha', messages: forEver, stream: true });
    for await (const _ of endless) break; // leaving the loop closes the connection
    await assertFree();
  });

  test('from a blocking call frees the engine', async () => {
    const abort = new AbortController();
    const mark = await gateway.mark();
    const blocking = openai.chat.completions.create(
      { model: 'alpha', messages: forEver },
      { signal: abort.signal },
    );
    const rejected = assert.rejects(blocking, OpenAI.APIUserAbortError);
    await gateway.logged(isCall('call started'), mark);
    abort.abort();
    await rejected;
    await assertFree();
    await gateway.logged(({ msg, status }) => msg === 'request completed' && status === 499, mark);
  });

  test('while it waits in the queue is forgotten', async () => {
    const endless = await openai.chat.completions.create({ model: 'alpha', messages: forEver, stream: true });
    const abort = new AbortController();
    const mark = await gateway.mark();
    const queued = openai.chat.completions.create(
      { model: 'alpha', messages: forEver },
      { signal: abort.signal },
    );
    const rejected = assert.rejects(queued, OpenAI.APIUserAbortError);
    await gateway.logged(isCall('call queued'), mark);
    abort.abort();
    await rejected;
    endless.controller.abort();
    await assertFree();
  });
});
