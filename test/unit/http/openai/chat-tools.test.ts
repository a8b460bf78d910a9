import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toToolUse } from '../../../../src/http/openai/chat-tools.js';

const tools = ['get_weather', 'get_time'].map((name) => ({ type: 'function' as const, function: { name } }));
const definitions = ['get_weather', 'get_time'].map((name) => ({
  name,
  description: '',
  parameters: { type: 'object', properties: {} },
}));

test('without tools there is nothing to call', () => {
  for (const fields of [{}, { tools: [] }, { tools: null, tool_choice: null }]) {
    assert.equal(toToolUse(fields), undefined);
  }
});

test('the choice says whether a call may, must or must not come', () => {
  const auto = { definitions, choice: 'auto', parallel: true };
  assert.deepEqual(toToolUse({ tools }), auto);
  assert.deepEqual(toToolUse({ tools, tool_choice: 'auto' }), auto);
  assert.deepEqual(toToolUse({ tools, tool_choice: 'required' }), { ...auto, choice: 'required' });
  assert.equal(toToolUse({ tools, tool_choice: 'none' }), undefined);
  assert.equal(toToolUse({ tools, parallel_tool_calls: false })?.parallel, false);
});

test('a named function is the only one, and must be called', () => {
  const use = toToolUse({ tools, tool_choice: { type: 'function', function: { name: 'get_time' } } });
  assert.deepEqual(use, { definitions: [definitions[1]], choice: 'required', parallel: true });
});

test('a choice without tools, or of a function that is not offered, is refused', () => {
  const error = { code: 'invalid_tool_choice', param: 'tool_choice' };
  assert.throws(() => toToolUse({ tool_choice: 'required' }), error);
  assert.throws(() => toToolUse({ tools, tool_choice: { type: 'function', function: { name: 'fly' } } }), {
    ...error,
    message: /'fly'.*'get_weather', 'get_time'/,
  });
});
