import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChatReplyHead, toChatCompletion } from '../../../../src/http/openai/chat-reply.js';

const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'my-llm' };
const choice = {
  text: 'Hi',
  thinking: '',
  toolCalls: [],
  finishReason: 'length',
  usage: { promptTokens: 5, completionTokens: 7, cachedTokens: 3 },
} as const;

test('a completion as OpenAI has it', () => {
  assert.deepEqual(toChatCompletion(head, [choice]), {
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
  const { message } =
    toChatCompletion(head, [{ ...choice, text: 'Four.', thinking: '2 and 2' }]).choices[0] ?? {};
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

test('several choices have their index; their prompt counts once', () => {
  const other = { ...choice, text: 'Ho', usage: { promptTokens: 5, completionTokens: 2, cachedTokens: 0 } };
  const { choices, usage } = toChatCompletion(head, [choice, other]);
  assert.deepEqual(
    choices.map(({ index, message }) => [index, message.content]),
    [
      [0, 'Hi'],
      [1, 'Ho'],
    ],
  );
  assert.deepEqual([usage.prompt_tokens, usage.completion_tokens, usage.total_tokens], [5, 9, 14]);
});

test('a reply that is nothing but a call of a tool has no content', () => {
  const call = { type: 'tool-call', id: 'call_1', name: 'f', arguments: '{"a":1}' } as const;
  const toolCalls = [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }];
  const message = (text: string) =>
    toChatCompletion(head, [{ ...choice, text, toolCalls: [call] }]).choices[0]?.message;
  assert.deepEqual(message(''), { role: 'assistant', content: null, refusal: null, tool_calls: toolCalls });
  assert.deepEqual(message('Wait.'), {
    role: 'assistant',
    content: 'Wait.',
    refusal: null,
    tool_calls: toolCalls,
  });
});
