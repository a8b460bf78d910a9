import assert from 'node:assert/strict';
import { test } from 'node:test';
import { z } from 'zod';
import { parseBody } from '../../../src/http/parse-body.js';

const part = z.object({ type: z.literal('text'), text: z.string() });
const schema = z.object({
  items: z.array(z.object({ name: z.string(), content: z.union([z.string(), z.array(part)]).optional() })),
  heat: z.number().max(2).optional(),
  nested: z.object({ flag: z.boolean() }).optional(),
});
const parse = (body: unknown) => parseBody(schema, body, { items: 'missing_messages' });
const items = [{ name: 'a' }];

test('gives the body as the schema has it', () => {
  assert.deepEqual(parse({ items, heat: 1, unknown: true }), { items, heat: 1 });
});

test('what is no object is refused as a whole', () => {
  for (const body of [null, undefined, 'text', 5, []]) {
    assert.throws(() => parse(body), {
      code: 'invalid_type',
      param: undefined,
      message: /must be a JSON object/,
    });
  }
});

test('a required field that is missing or empty has its own code', () => {
  for (const body of [{}, { items: null }, { items: [] }, { items: '' }]) {
    assert.throws(() => parse(body), {
      code: 'missing_messages',
      param: 'items',
      message: "'items' is required and must not be empty.",
    });
  }
});

test('a required field that is false or 0 is there', () => {
  for (const value of [false, 0]) {
    const required = { value: 'missing_messages' } as const;
    assert.deepEqual(parseBody(z.object({ value: z.unknown() }), { value }, required), { value });
  }
});

test('names the field at fault as OpenAI does, and tells a wrong type from a wrong value', () => {
  const cases: [body: object, code: string, param: string, message: RegExp][] = [
    [{ items: 'a' }, 'invalid_type', 'items', /^Invalid 'items': expected array, received string\.$/],
    [{ items: [...items, 5] }, 'invalid_type', 'items[1]', /expected object/],
    [{ items: [{}] }, 'invalid_type', 'items[0].name', /expected string/],
    [{ items, heat: 3 }, 'invalid_value', 'heat', /<=2/],
    [{ items, nested: { flag: 'yes' } }, 'invalid_type', 'nested.flag', /expected boolean/],
  ];
  for (const [body, code, param, message] of cases)
    assert.throws(() => parse(body), { code, param, message });
});

test('in a union it follows the branch that was meant', () => {
  const content = (value: unknown) => ({ items: [{ name: 'a', content: value }] });
  assert.throws(() => parse(content([{ type: 'text' }])), {
    code: 'invalid_type',
    param: 'items[0].content[0].text',
  });
  assert.throws(() => parse(content([{ type: 'image', text: '' }])), {
    code: 'invalid_value',
    param: 'items[0].content[0].type',
  });
  assert.throws(() => parse(content(5)), { code: 'invalid_value', param: 'items[0].content' });
});

test('of several faults it tells the first', () => {
  assert.throws(() => parse({ items: [{}], heat: 'hot' }), { param: 'items[0].name' });
});
