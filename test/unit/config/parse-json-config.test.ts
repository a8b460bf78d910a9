import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from '../../../src/config/config-error.js';
import { parseJsonConfig } from '../../../src/config/parse-json-config.js';

const broken: Record<string, string> = {
  '{"a": 1,}': 'not valid JSON at line 1, column 9: ',
  '{\n  "a": nope\n}': "not valid JSON at line 2, column 9: Unexpected token 'o'",
  '{\n  "a": tru\n}': 'not valid JSON at line 2, column 11: Unexpected token ',
  '{\n  "a": {\n': 'not valid JSON at line 3, column 1: ',
  '{\n  "a": ': 'not valid JSON at line 2, column 8: Unexpected end of JSON input',
  '{}\n{}': 'not valid JSON at line 2, column 1: ',
  '{\n  // a comment\n  "a": 1\n}': 'not valid JSON at line 2, column 3: ',
};

for (const [content, start] of Object.entries(broken)) {
  test(`place and reason of ${JSON.stringify(content)}`, () => {
    assert.throws(
      () => parseJsonConfig('/x/qvac.config.json', content),
      (error) => {
        assert.ok(error instanceof ConfigError);
        assert.equal(error.problems[0]?.message.slice(0, start.length), start);
        assert.doesNotMatch(error.message, /position|is not valid JSON/);
        return true;
      },
    );
  });
}

test('a comment gets advice', () => {
  assert.throws(() => parseJsonConfig('f', '{} // no'), /JSON has no comments, a \.js or \.ts config has$/);
});

test('a byte order mark is no error', () => {
  assert.deepEqual(parseJsonConfig('f', '\uFEFF{"a":1}'), { a: 1 });
});
