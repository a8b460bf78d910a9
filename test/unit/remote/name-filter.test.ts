import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNameFilter } from '../../../src/remote/name-filter.js';

const offered = (include: string[], exclude: string[], names: string[]) =>
  names.filter(createNameFilter({ include, exclude })).join(' ');

test('without lists, all are offered', () => {
  assert.equal(offered([], [], ['a', 'b/c:d']), 'a b/c:d');
});

test('a star is any text, and nothing else is special', () => {
  const names = ['llama3:8b', 'llama3:70b', 'my-llama', 'qwen2.5', 'qwen2x5'];
  assert.equal(offered(['llama*'], [], names), 'llama3:8b llama3:70b');
  assert.equal(offered(['*llama*', 'qwen2.5'], [], names), 'llama3:8b llama3:70b my-llama qwen2.5');
  assert.equal(offered(['*b'], ['*70b'], names), 'llama3:8b');
  assert.equal(offered(['(a|b)+[c]\\'], [], ['(a|b)+[c]\\', 'a']), '(a|b)+[c]\\');
});
