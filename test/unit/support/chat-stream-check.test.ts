import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createChatReplyHead } from '../../../src/http/openai/chat-reply.js';
import { createChatStreamCheck } from '../../support/chat-stream-check.js';

const head = { ...createChatReplyHead('alpha'), object: 'chat.completion.chunk' };
const part = (delta: object, finish_reason: string | null = null, index = 0) => ({
  ...head,
  choices: [{ index, delta, logprobs: null, finish_reason }],
});
const first = part({ role: 'assistant', content: '', refusal: null });
const text = part({ content: 'Hello' });
const call = (index: number) =>
  part({ tool_calls: [{ index, id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }] });
const last = part({}, 'stop');
const error = { message: 'The worker ended.', type: 'server_error', code: 'worker_crashed', param: null };
const DONE = '[DONE]';
const usage = {
  prompt_tokens: 1,
  completion_tokens: 2,
  total_tokens: 3,
  prompt_tokens_details: { cached_tokens: 0 },
};
const counts = { ...head, choices: [], usage };
const withNull = (chunks: object[]) => chunks.map((chunk) => ({ ...chunk, usage: null }));

function check(payloads: readonly (object | string)[], includeUsage = false): void {
  const stream = createChatStreamCheck({ choices: 1, includeUsage });
  for (const payload of payloads) {
    stream.frame(`data: ${typeof payload === 'string' ? payload : JSON.stringify(payload)}`);
  }
  stream.end();
}

describe('the check of streams takes', () => {
  for (const [title, payloads, includeUsage] of [
    ['text', [first, text, text, last, DONE], false],
    ['counts', [...withNull([first, text, last]), counts, DONE], true],
    ['calls', [first, call(0), call(1), part({}, 'tool_calls'), DONE], false],
    ['an error at its end', [first, text, { error }], false],
  ] as const) {
    test(title, () => check(payloads, includeUsage));
  }
});

test('the check of streams takes comments until the end of the reply, and no later', () => {
  const stream = createChatStreamCheck({ choices: 1, includeUsage: false });
  stream.frame(': keep-alive');
  stream.frame(': keep-alive');
  assert.throws(() => stream.frame(': ping'));
  for (const chunk of [first, last]) {
    stream.frame(`data: ${JSON.stringify(chunk)}`);
    stream.frame(': keep-alive');
  }
  stream.frame(`data: ${DONE}`);
  assert.throws(() => stream.frame(': keep-alive'));
});

describe('the check of streams refuses', () => {
  for (const [title, payloads, includeUsage] of [
    ['no end', [first, text, last], false],
    ['an end before that of the choice', [first, text, DONE], false],
    ['anything after the end', [first, last, DONE, DONE], false],
    ['anything after an error', [first, { error }, DONE], false],
    ['an unknown error', [first, { error: { ...error, code: 'oops' } }], false],
    ['text before the role', [text, last, DONE], false],
    ['a second role', [first, first, last, DONE], false],
    ['a choice too many', [first, part({ content: 'a' }, null, 1), last, DONE], false],
    ['a delta of two kinds', [first, part({ content: 'a', reasoning_content: 'b' }), last, DONE], false],
    ['an unknown field', [first, { ...text, extra: 1 }, last, DONE], false],
    ['another id', [first, { ...text, id: 'chatcmpl-2' }, last, DONE], false],
    ['calls out of order', [first, call(1), part({}, 'tool_calls'), DONE], false],
    ['calls that end with stop', [first, call(0), last, DONE], false],
    ['counts that were not asked for', [first, last, counts, DONE], false],
    ['null counts that were not asked for', [...withNull([first, last]), DONE], false],
    ['counts that do not come', [...withNull([first, last]), DONE], true],
    ['chunks without null counts', [first, last, counts, DONE], true],
    [
      'counts with a wrong sum',
      [...withNull([first, last]), { ...counts, usage: { ...usage, total_tokens: 4 } }, DONE],
      true,
    ],
  ] as const) {
    test(title, () => assert.throws(() => check(payloads, includeUsage)));
  }
});
