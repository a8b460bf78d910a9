import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChatOpenAI, OpenAIEmbeddings } from '@langchain/openai';
import { z } from 'zod';
import { checkedFetch } from '../support/checked-fetch.js';
import { CLIENT_REPLY, startForClients } from '../support/clients.js';

const gateway = await startForClients();
const model = new ChatOpenAI({
  model: 'my-llm',
  apiKey: 'unused',
  maxRetries: 0,
  configuration: { baseURL: `${gateway.url}/v1`, fetch: checkedFetch },
});

/** The library types this as never for a message of a general shape. */
function outputTokensOf(message: object): number {
  return (message as { usage_metadata?: { output_tokens: number } }).usage_metadata?.output_tokens ?? 0;
}

test('invoke', async () => {
  const reply = await model.invoke('What is the capital of France?');
  assert.equal(reply.content, CLIENT_REPLY);
  assert.equal(reply.response_metadata.finish_reason, 'stop');
  assert.ok(outputTokensOf(reply) > 5);
});

test('stream, with the token counts that it asks for', async () => {
  let text = '';
  let outputTokens = 0;
  let chunks = 0;
  for await (const chunk of await model.stream('What is the capital of France?')) {
    text += chunk.content;
    chunks += 1;
    outputTokens += outputTokensOf(chunk);
  }
  assert.equal(text, CLIENT_REPLY);
  assert.ok(chunks > 5);
  assert.ok(outputTokens > 5);
});

test('batch', async () => {
  const replies = await model.batch(['one', 'two', 'three', 'four']);
  assert.deepEqual(
    replies.map(({ content }) => content),
    Array(4).fill(CLIENT_REPLY),
  );
});

test('bindTools', async () => {
  const bound = model.bindTools([
    { name: 'get_weather', description: 'Get the weather', schema: z.object({ city: z.string() }) },
  ]);
  const reply = await bound.invoke('How is the weather?');
  assert.deepEqual(
    reply.tool_calls?.map(({ name, args }) => ({ name, args })),
    [{ name: 'get_weather', args: { city: 'London' } }],
  );
});

for (const method of ['jsonSchema', 'functionCalling', 'jsonMode'] as const) {
  test(`withStructuredOutput by ${method}`, async () => {
    const schema = z.object({ city: z.string(), population: z.number().optional() });
    const structured = model.withStructuredOutput(method === 'jsonMode' ? z.object({}).loose() : schema, {
      method,
      name: 'place',
    });
    const place = (await structured.invoke('Describe Paris as JSON.')) as Record<string, unknown>;
    assert.equal(typeof place, 'object');
    if (method !== 'jsonMode') assert.equal(typeof place.city, 'string');
  });
}

test('embedDocuments and embedQuery, in the order of the texts', async () => {
  const embeddings = new OpenAIEmbeddings({
    model: 'my-embed',
    apiKey: 'unused',
    maxRetries: 0,
    configuration: { baseURL: `${gateway.url}/v1`, fetch: checkedFetch },
  });
  const texts = ['one', '<|start_0|>', 'three'];
  const vectors = await embeddings.embedDocuments(texts);
  const one = await embeddings.embedQuery(texts[1] ?? '');
  assert.equal(vectors.length, 3);
  assert.deepEqual(vectors[1], one);
  assert.notDeepEqual(vectors[0], one);
  assert.ok(Math.abs(Math.hypot(...one) - 1) < 1e-3, 'a vector of length 1, not a misread one');
});
