import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chatRequestSchema,
  ignoredParameters,
  toChatRequest,
} from '../../../../src/http/openai/chat-request.js';

const messages = [{ role: 'user', content: 'Hello!' }];
const parse = (fields: object) => chatRequestSchema.parse({ messages, ...fields });
const params = (fields: object, choice = 0) => toChatRequest(parse(fields), choice).params;
const chat = (...list: object[]) => toChatRequest(parse({ messages: list }), 0).messages;

test('each sampling parameter has its name in the SDK', () => {
  const cases: [field: string, value: number, name: string][] = [
    ['temperature', 0.7, 'temp'],
    ['top_p', 0.9, 'top_p'],
    ['max_tokens', 5, 'predict'],
    ['max_completion_tokens', 7, 'predict'],
    ['seed', 42, 'seed'],
    ['frequency_penalty', -1, 'frequency_penalty'],
    ['presence_penalty', 1.5, 'presence_penalty'],
  ];
  for (const [field, value, name] of cases) assert.deepEqual(params({ [field]: value }), { [name]: value });
});

test('0 is a value', () => {
  const zeros = { temperature: 0, top_p: 0, seed: 0, frequency_penalty: 0, presence_penalty: 0 };
  assert.deepEqual(params(zeros), { temp: 0, top_p: 0, seed: 0, frequency_penalty: 0, presence_penalty: 0 });
});

test('max_completion_tokens goes before max_tokens, which it replaces', () => {
  assert.deepEqual(params({ max_tokens: 5, max_completion_tokens: 7 }), { predict: 7 });
  assert.deepEqual(params({ max_tokens: 5, max_completion_tokens: null }), { predict: 5 });
});

test("null and what is not there leave the model's own default", () => {
  assert.deepEqual(params({}), {});
  const fields = ['temperature', 'top_p', 'max_tokens', 'max_completion_tokens', 'seed'];
  assert.deepEqual(params(Object.fromEntries(fields.map((field) => [field, null]))), {});
  assert.deepEqual(params({ frequency_penalty: null, presence_penalty: null }), {});
  const body = { messages, model: null, stream: null, stream_options: null };
  assert.deepEqual(chatRequestSchema.parse(body), body);
});

test("a seed of OpenAI's 64 bits is folded into the engine's 32", () => {
  const cases: [seed: number, folded: number][] = [
    [2 ** 32 - 1, 2 ** 32 - 1],
    [2 ** 32, 0],
    [2 ** 32 + 5, 5],
    [-1, 2 ** 32 - 1],
    [-(2 ** 32), 0],
    [2 ** 53 + 2, 2],
    [2 ** 63, 0],
    [-(2 ** 63) + 2048, 2048],
  ];
  for (const [seed, folded] of cases) assert.deepEqual(params({ seed }), { seed: folded }, String(seed));
});

test('values that the document does not allow are refused', () => {
  const refused = [
    { temperature: -0.1 },
    { temperature: 2.1 },
    { temperature: '1' },
    { top_p: 1.1 },
    { top_p: -1 },
    { max_tokens: 0 },
    { max_tokens: 1.5 },
    { max_completion_tokens: 0 },
    { seed: 1.5 },
    { seed: '1' },
    { frequency_penalty: 2.1 },
    { presence_penalty: -2.1 },
    { n: 0 },
    { n: 17 },
    { stop: 5 },
    { stop: [5] },
    { tool_choice: 'always' },
    { tool_choice: { type: 'function' } },
    { tools: [{ type: 'retrieval' }] },
    { tools: [{ type: 'function', function: { name: 'two words' } }] },
    { response_format: { type: 'xml' } },
    { response_format: { type: 'json_schema' } },
    { parallel_tool_calls: 'no' },
    { stream: 'true' },
    { stream_options: { include_usage: 1 } },
    { model: 5 },
    { messages: [] },
  ];
  for (const fields of refused) {
    const { error } = chatRequestSchema.safeParse({ messages, ...fields });
    assert.equal(error?.issues[0]?.path[0], Object.keys(fields)[0], JSON.stringify(fields));
  }
});

test('fields that are not known are let through: a new one must not break an old server', () => {
  assert.deepEqual(params({ logit_bias: {}, user: 'someone', reasoning_effort: 'high' }), {});
});

test('the roles of the document become those of the engine', () => {
  const roles = ['system', 'developer', 'user', 'assistant', 'tool', 'function'];
  assert.deepEqual(
    chat(...roles.map((role) => ({ role, content: 'x', tool_call_id: 'call_1', name: 'f' }))).map(
      ({ role }) => role,
    ),
    ['system', 'system', 'user', 'assistant', 'tool', 'tool'],
  );
});

test('content may be text, parts of text, null or absent', () => {
  const parts = [
    { type: 'text', text: 'Hel' },
    { type: 'text', text: 'lo' },
  ];
  const contents = ['Hello', parts, [], '', null, undefined];
  assert.deepEqual(
    chat(...contents.map((content) => ({ role: 'user', content }))).map(({ content }) => content),
    ['Hello', 'Hello', '', '', '', ''],
  );
});

test('a message of the engine has nothing but role and text', () => {
  assert.deepEqual(chat({ role: 'user', content: 'Hello!', name: 'Ada', cache_control: {} }), [
    { role: 'user', content: 'Hello!' },
  ]);
});

test('each choice of a request with a seed has a seed of its own', () => {
  assert.deepEqual(
    [0, 1, 2].map((choice) => params({ seed: 2 ** 32 - 2 }, choice).seed),
    [2 ** 32 - 2, 2 ** 32 - 1, 0],
  );
  assert.deepEqual(params({}, 1), {});
});

test('stop is one text or several; an empty one stops nothing', () => {
  assert.deepEqual(toChatRequest(parse({ stop: 'END' }), 0).stop, ['END']);
  assert.deepEqual(toChatRequest(parse({ stop: ['a', '', 'b'] }), 0).stop, ['a', 'b']);
  for (const stop of ['', [], null]) assert.equal(toChatRequest(parse({ stop }), 0).stop, undefined);
});

test('a response format becomes a schema', () => {
  const schema = { type: 'object', properties: { city: { type: 'string' } } };
  const cases: [format: object, schema: object | undefined][] = [
    [{ type: 'text' }, undefined],
    [{ type: 'json_object' }, {}],
    [{ type: 'json_object', schema }, schema],
    [{ type: 'json_schema', json_schema: { name: 'city', strict: true, schema } }, schema],
  ];
  for (const [response_format, expected] of cases) {
    assert.deepEqual(toChatRequest(parse({ response_format }), 0).jsonSchema, expected);
  }
});

test('what has no effect is told, what asks for nothing is not', () => {
  const tools = [{ type: 'function', function: { name: 'f' } }];
  const response_format = { type: 'json_object' };
  assert.deepEqual(ignoredParameters(parse({ logprobs: true, top_logprobs: 2, logit_bias: { 5: 1 } })), [
    'logprobs',
    'top_logprobs',
    'logit_bias',
  ]);
  assert.deepEqual(ignoredParameters(parse({ logprobs: false, top_logprobs: null, logit_bias: {} })), []);
  assert.deepEqual(ignoredParameters(parse({ response_format })), []);
  assert.deepEqual(ignoredParameters(parse({ response_format, tools })), ['response_format']);
  assert.deepEqual(ignoredParameters(parse({ response_format, tools, tool_choice: 'none' })), []);
});
