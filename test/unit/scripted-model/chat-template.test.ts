import assert from 'node:assert/strict';
import test from 'node:test';
import { chatTemplate } from '../../../src/scripted-model/chat-template.js';

// What the template renders to is tested with the real engine; here only what the choice is made of.
test('the routes are asked in the order of the replies, and the fallback comes last wherever it stands', () => {
  const template = chatTemplate([{ text: 'fallback' }, { when: 'b', text: 'B' }, { when: 'a', text: 'A' }]);
  assert.match(
    template,
    /if "b" in last -%}\n<\|start_1\|>\n.*elif "a" in last -%}\n<\|start_2\|>\n.*else -%}\n<\|start_0\|>\n/,
  );
});

test('a script of one reply has no choice', () => {
  assert.match(chatTemplate([{ text: 'only' }]), /-%}\n<\|start_0\|>\n{%- endif -%}\n$/);
});

test('quotes, backslashes and newlines of a route are escaped', () => {
  const template = chatTemplate([{ when: '"a"\\\n', text: 'A' }, { text: 'fallback' }]);
  assert.ok(template.includes('if "\\"a\\"\\\\\\n" in last'), template);
});
