import assert from 'node:assert/strict';
import { test } from 'node:test';
import { constructLlmApi } from '@continuedev/openai-adapters';
import { CLIENT_REPLY, startForClients } from '../support/clients.js';

const gateway = await startForClients();
const api = constructLlmApi({ provider: 'openai', apiKey: 'unused', apiBase: `${gateway.url}/v1/` });
if (!api) throw new Error('Continue knows no such provider');
const messages = [
  { role: 'user' as const, content: [{ type: 'text' as const, text: 'What is the capital of France?' }] },
];
const { signal } = new AbortController();

test('a chat, as its adapter streams it', async () => {
  let text = '';
  let outputTokens = 0;
  for await (const chunk of api.chatCompletionStream({ model: 'my-llm', messages, stream: true }, signal)) {
    text += chunk.choices[0]?.delta.content ?? '';
    outputTokens += chunk.usage?.completion_tokens ?? 0;
  }
  assert.equal(text, CLIENT_REPLY);
  assert.ok(outputTokens > 5);
});

test('a chat without a stream', async () => {
  const reply = await api.chatCompletionNonStream({ model: 'my-llm', messages, stream: false }, signal);
  assert.equal(reply.choices[0]?.message.content, CLIENT_REPLY);
});

test('its list of models', async () => {
  assert.deepEqual(
    (await api.list()).map(({ id }) => id),
    ['my-llm'],
  );
});

test('embeddings, in the base64 that it decodes', async () => {
  const { data } = await api.embed({ model: 'my-embed', input: ['one', '<|start_0|>'] });
  assert.deepEqual(
    data.map(({ index }) => index),
    [0, 1],
  );
  for (const { embedding } of data) assert.ok(Math.abs(Math.hypot(...embedding) - 1) < 1e-3);
});
