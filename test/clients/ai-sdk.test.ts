import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { embedMany, generateObject, generateText, stepCountIs, streamText, tool } from 'ai';
import { z } from 'zod';
import { checkedFetch } from '../support/checked-fetch.js';
import { CLIENT_REPLY, startForClients } from '../support/clients.js';

const gateway = await startForClients();
const provider = createOpenAICompatible({
  name: 'qvac',
  baseURL: `${gateway.url}/v1`,
  fetch: checkedFetch,
  includeUsage: true,
  supportsStructuredOutputs: true,
});
const model = provider('my-llm');
const prompt = 'What is the capital of France?';

test('generateText', async () => {
  const { text, finishReason, usage } = await generateText({ model, prompt, maxRetries: 0 });
  assert.equal(text, CLIENT_REPLY);
  assert.equal(finishReason, 'stop');
  assert.ok((usage.outputTokens ?? 0) > 5);
});

test('streamText', async () => {
  const result = streamText({ model, prompt, maxRetries: 0 });
  let text = '';
  let chunks = 0;
  for await (const chunk of result.textStream) {
    text += chunk;
    chunks += 1;
  }
  assert.equal(text, CLIENT_REPLY);
  assert.ok(chunks > 5);
  assert.ok(((await result.usage).outputTokens ?? 0) > 5);
});

test('tools, with their result given back', async () => {
  const { text, steps } = await generateText({
    model,
    prompt: 'How is the weather?',
    maxRetries: 0,
    stopWhen: stepCountIs(3),
    tools: {
      get_weather: tool({
        description: 'Get the weather',
        inputSchema: z.object({ city: z.string() }),
        execute: async ({ city }) => `18 degrees in ${city}`,
      }),
    },
  });
  assert.equal(text, 'It is 18 degrees in London.');
  assert.equal(steps.length, 2);
});

test('a tool that must be called', async () => {
  const { toolCalls } = await generateText({
    model,
    prompt,
    maxRetries: 0,
    toolChoice: 'required',
    tools: { note: tool({ inputSchema: z.object({ text: z.string() }) }) },
  });
  assert.equal(toolCalls[0]?.toolName, 'note');
});

test('structured output', async () => {
  const { object } = await generateObject({
    model,
    prompt,
    maxRetries: 0,
    schema: z.object({ city: z.string(), capital: z.boolean() }),
  });
  assert.equal(typeof object.city, 'string');
  assert.equal(typeof object.capital, 'boolean');
});

test('embedMany', async () => {
  const { embeddings, usage } = await embedMany({
    model: provider.textEmbeddingModel('my-embed'),
    values: ['one', '<|start_0|>'],
    maxRetries: 0,
  });
  assert.equal(embeddings.length, 2);
  for (const vector of embeddings) assert.ok(Math.abs(Math.hypot(...vector) - 1) < 1e-3);
  assert.notDeepEqual(embeddings[0], embeddings[1]);
  assert.ok(usage.tokens > 0);
});
