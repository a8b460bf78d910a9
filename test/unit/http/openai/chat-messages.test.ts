import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageSchema, toChatMessage } from '../../../../src/http/openai/chat-messages.js';

const convert = (message: object) => toChatMessage(messageSchema.parse(message));
const pathOf = (message: object) => messageSchema.safeParse(message).error?.issues[0]?.path.join('.');

test("an assistant's calls go back as the model wrote them", () => {
  const tool_calls = [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a": 1}' } }];
  assert.deepEqual(convert({ role: 'assistant', tool_calls }), {
    role: 'assistant',
    content: '<tool_call>\n{"name": "f", "arguments": {"a": 1}}\n</tool_call>',
  });
});

test('arguments that are no JSON, and calls of the old form, are kept', () => {
  const broken = convert({
    role: 'assistant',
    content: null,
    tool_calls: [{ function: { name: 'f', arguments: 'a=1' } }],
  });
  assert.match(broken.content, /"arguments": a=1\}/);
  const old = convert({
    role: 'assistant',
    content: 'Let me see.',
    function_call: { name: 'f', arguments: '' },
  });
  assert.equal(old.content, 'Let me see.<tool_call>\n{"name": "f", "arguments": {}}\n</tool_call>');
});

test('a tool message says which call it answers, a function message which function', () => {
  assert.equal(pathOf({ role: 'tool', content: 'x' }), 'tool_call_id');
  assert.equal(pathOf({ role: 'function', content: 'x' }), 'name');
  assert.deepEqual(convert({ role: 'function', name: 'f', content: 'x' }), { role: 'tool', content: 'x' });
});
