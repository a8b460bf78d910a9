import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ModelRewriter, withModel } from '../../../src/remote/model-rewriter.js';

/** In parts of `size` bytes. */
function rewrite(json: string, size: number, name = 'mine'): string {
  const rewriter = new ModelRewriter(name);
  const bytes = Buffer.from(json);
  const out: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) out.push(rewriter.push(bytes.subarray(at, at + size)));
  return Buffer.concat(out).toString();
}

const CASES: readonly (readonly [what: string, json: string, expected: string])[] = [
  ['first', '{"model":"theirs","n":1}', '{"model":"mine","n":1}'],
  ['last', '{"n":1, "model" : "theirs" }', '{"n":1, "model" :"mine"}'],
  ['twice', '{"model":"a","n":1,"model":"b"}', '{"model":"mine","n":1,"model":"mine"}'],
  ['null', '{"model":null,"n":1}', '{"model":"mine","n":1}'],
  ['an object', '{"model":{"a":["}",1]},"n":1}', '{"model":"mine","n":1}'],
  ['with escapes in its key', '{"mod\\u0065l":"theirs"}', '{"mod\\u0065l":"mine"}'],
  ['with escapes in its value', '{"model":"a\\"},{\\\\","n":1}', '{"model":"mine","n":1}'],
  [
    'beside big numbers',
    '{"seed":12345678901234567890,"model":"a"}',
    '{"seed":12345678901234567890,"model":"mine"}',
  ],
  [
    'none, but in an object within',
    '{"a":{"model":"b"},"c":[{"model":"d"}]}',
    '{"a":{"model":"b"},"c":[{"model":"d"}]}',
  ],
  ['none, but as a value', '{"role":"model","x":1}', '{"role":"model","x":1}'],
  ['none, but in a text', '{"text":"\\"model\\":\\"b\\""}', '{"text":"\\"model\\":\\"b\\""}'],
  ['none, in a list', '["model",{"model":"b"}]', '["model",{"model":"b"}]'],
  [
    'behind a name that begins like it',
    '{"model_id":"a","models":1,"model":"b"}',
    '{"model_id":"a","models":1,"model":"mine"}',
  ],
];

for (const [what, json, expected] of CASES) {
  test(`model is replaced, and nothing else: ${what}, however the bytes are cut`, () => {
    for (const size of [1, 2, 3, 7, 1_000]) assert.equal(rewrite(json, size), expected);
  });
}

test('a name of any characters stays what it is', () => {
  for (const name of ['a"b\\c', 'größe/🙂:1', '']) {
    assert.deepEqual(JSON.parse(rewrite('{"a":"€","model":"x"}', 1, name)), { a: '€', model: name });
  }
});

test('an object without a model gets one', () => {
  const rewritten = (json: string) => withModel(Buffer.from(json), 'mine').toString();
  assert.equal(rewritten('{"a":{"model":"b"}}'), '{"model":"mine","a":{"model":"b"}}');
  assert.equal(rewritten(' { } '), ' {"model":"mine" } ');
  assert.equal(rewritten('{"model":"a"}'), '{"model":"mine"}');
});

test('a client cannot name another model by writing the key in another way', () => {
  const keys = ['model', 'mod\\u0065l', '\\u006d\\u006f\\u0064\\u0065\\u006c', '\\u006Dodel'];
  for (const one of keys) {
    for (const other of keys) {
      const json = `{"${one}":"secret","x":1,"${other}":"secret"}`;
      assert.ok(!withModel(Buffer.from(json), 'mine').includes('secret'), json);
    }
  }
});
