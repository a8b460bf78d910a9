import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parseBytes,
  parseCount,
  parseLogLevel,
  parseUrl,
} from '../../../../src/cli/commands/option-parsers.js';

const isRefused = (parse: () => unknown, message: RegExp) => assert.throws(parse, message);

test('sizes are read as people write them', () => {
  assert.deepEqual(
    ['2GB', '500MB', '1.5 gb', '3g', '10k', '1000', '1TB'].map(parseBytes),
    [2e9, 500e6, 1.5e9, 3e9, 10e3, 1000, 1e12],
  );
  for (const text of ['', 'GB', '2XB', '-1GB', '0', '1,5GB']) isRefused(() => parseBytes(text), /as 2GB/);
});

test('a count lies between two others', () => {
  const parse = parseCount(1, 10);
  assert.deepEqual(['1', '10'].map(parse), [1, 10]);
  for (const text of ['0', '11', '1.5', 'x', '']) isRefused(() => parse(text), /from 1 to 10/);
});

test('a level is read kindly', () => {
  assert.deepEqual(['debug', 'WARN', ''].map(parseLogLevel), ['debug', 'warn', 'info']);
  isRefused(() => parseLogLevel('verbose'), /one of trace, debug/);
});

test('a URL may end as that of a client does', () => {
  for (const text of ['http://a:1', 'http://a:1/', 'http://a:1/v1', 'http://a:1/v1/']) {
    assert.equal(parseUrl(text), 'http://a:1', text);
  }
  assert.equal(parseUrl('https://a/qvac/v1'), 'https://a/qvac');
  isRefused(() => parseUrl('a:1'), /must be a URL/);
});
