import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChatReplyHead, toChatCompletion } from '../../../../src/http/openai/chat-reply.js';

const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'my-llm' };
const end = {
  type: 'end',
  finishReason: 'length',
  usage: { promptTokens: 5, completionTokens: 7, cachedTokens: 3 },
} as const;

test('a completion as OpenAI has it', () => {
  assert.deepEqual(toChatCompletion(head, 'Hi', '', end), {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model: 'my-llm',
    choices: [
      {
        index: 0,
        message: { role: 'assistant', content: 'Hi', refusal: null },
        logprobs: null,
        finish_reason: 'length',
      },
    ],
    usage: {
      prompt_tokens: 5,
      completion_tokens: 7,
      total_tokens: 12,
      prompt_tokens_details: { cached_tokens: 3 },
    },
  });
});

test('thinking stands beside the answer', () => {
  const { message } = toChatCompletion(head, 'Four.', '2 and 2', end).choices[0] ?? {};
  assert.deepEqual(message, {
    role: 'assistant',
    content: 'Four.',
    refusal: null,
    reasoning_content: '2 and 2',
  });
});

test('each completion has an id of its own, and the time in seconds', () => {
  const before = Math.floor(Date.now() / 1000);
  const [one, other] = [createChatReplyHead('my-llm'), createChatReplyHead('my-llm')];
  assert.match(one.id, /^chatcmpl-[\w-]{36}$/);
  assert.notEqual(one.id, other.id);
  assert.equal(one.model, 'my-llm');
  assert.ok(Number.isInteger(one.created) && one.created >= before && one.created <= Date.now() / 1000);
});
