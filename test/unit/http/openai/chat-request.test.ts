import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  chatRequestSchema,
  toChatMessages,
  toGenerationParams,
} from '../../../../src/http/openai/chat-request.js';

const messages = [{ role: 'user', content: 'Hello!' }];
const params = (fields: object) => toGenerationParams(chatRequestSchema.parse({ messages, ...fields }));
const chat = (...list: object[]) => toChatMessages(chatRequestSchema.parse({ messages: list }));

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
    chat(...roles.map((role) => ({ role, content: 'x' }))).map(({ role }) => role),
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
