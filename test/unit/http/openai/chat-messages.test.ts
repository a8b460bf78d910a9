import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageSchema, toChatMessage } from '../../../../src/http/openai/chat-messages.js';

const convert = (message: object) => toChatMessage(messageSchema.parse(message), 0);
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

test('an image in a data URL is taken out of the text', () => {
  const url = 'data:image/png;base64,iVBORw0KGgo=';
  const content = [
    { type: 'text', text: 'What is this?' },
    { type: 'image_url', image_url: { url, detail: 'low' } },
  ];
  assert.deepEqual(convert({ role: 'user', content }), {
    role: 'user',
    content: 'What is this?',
    images: [{ extension: 'png', base64: 'iVBORw0KGgo=' }],
  });
});

test('an image at an address is refused: nothing is fetched that a client names', () => {
  for (const url of [
    'http://localhost/secret.png',
    'https://example.com/a.png',
    'file:///etc/passwd',
    'data:text/plain,x',
  ]) {
    assert.throws(() => convert({ role: 'user', content: [{ type: 'image_url', image_url: { url } }] }), {
      code: 'unsupported_image_content',
      param: 'messages[0].content[0].image_url.url',
    });
  }
});
