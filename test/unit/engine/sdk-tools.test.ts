import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toolSchema } from '@qvac/sdk';
import { toSdkTool } from '../../../src/engine/sdk-tools.js';

const convert = (properties: object, required?: string[]) => {
  const tool = toSdkTool({
    name: 'f',
    description: 'd',
    parameters: { type: 'object', properties, required },
  });
  toolSchema.parse(tool); // throws if the SDK would refuse it
  return tool.parameters;
};

test('plain arguments go over as they are', () => {
  const city = { type: 'string', description: 'Where', enum: ['London', 'Paris'] };
  assert.deepEqual(convert({ city }, ['city']), { type: 'object', properties: { city }, required: ['city'] });
});

test('what the SDK has no field for is told in the description', () => {
  const list = { type: 'array', items: { type: 'string' } };
  const { properties } = convert({ list });
  assert.equal(properties.list?.type, 'array');
  assert.match(properties.list?.description ?? '', /"items":\{"type":"string"\}/);
});

test('an argument of several types, or of none, is accepted', () => {
  const { properties } = convert({
    a: { type: ['null', 'integer'] },
    b: { anyOf: [{ type: 'string' }] },
    c: {},
  });
  assert.deepEqual(
    Object.values(properties).map(({ type }) => type),
    ['integer', 'string', 'string'],
  );
});

test('a function without arguments is accepted', () => {
  assert.deepEqual(toSdkTool({ name: 'f', description: '', parameters: {} }).parameters, {
    type: 'object',
    properties: {},
  });
});
