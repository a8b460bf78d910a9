import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  forcedToolSchema,
  parseForcedToolCall,
  withToolDefinitions,
} from '../../../src/engine/forced-tool-call.js';

const weather = { name: 'get_weather', description: 'Tells the weather', parameters: { type: 'object' } };
const time = { name: 'get_time', description: '', parameters: { type: 'object' } };
const call = (name: string) => ({
  type: 'object',
  properties: { name: { const: name }, arguments: { type: 'object' } },
  required: ['name', 'arguments'],
  additionalProperties: false,
});

test('the schema allows a call of one of the functions and nothing else', () => {
  assert.deepEqual(forcedToolSchema([weather]), call('get_weather'));
  assert.deepEqual(forcedToolSchema([weather, time]), { anyOf: [call('get_weather'), call('get_time')] });
});

test('what a schema refers to stands at the root, where references are looked up', () => {
  const $defs = { City: { type: 'string' } };
  const parameters = { type: 'object', properties: { city: { $ref: '#/$defs/City' } }, $defs };
  const schema = forcedToolSchema([{ ...weather, parameters }]) as Record<string, unknown>;
  assert.deepEqual(schema.$defs, $defs);
  assert.deepEqual((schema.properties as Record<string, object>).arguments, {
    type: 'object',
    properties: { city: { $ref: '#/$defs/City' } },
  });
});

test('the definitions join the system prompt, or are one', () => {
  const user = { role: 'user', content: 'Hello!' } as const;
  const [added, kept] = withToolDefinitions([user], [weather, time]);
  assert.equal(added?.role, 'system');
  for (const text of ['get_weather', 'Tells the weather', 'get_time'])
    assert.ok(added?.content.includes(text), text);
  assert.equal(kept, user);
  const joined = withToolDefinitions([{ role: 'system', content: 'Be brief.' }, user], [weather]);
  assert.equal(joined.length, 2);
  assert.match(joined[0]?.content ?? '', /^Be brief\.\n\n[\s\S]*get_weather/);
});

test('a finished reply is a call, one that was cut off is none', () => {
  assert.deepEqual(parseForcedToolCall('{"name": "f", "arguments": {"a": [1]}}'), {
    name: 'f',
    arguments: '{"a":[1]}',
  });
  assert.equal(parseForcedToolCall('{"name": "f", "argu'), undefined);
});
