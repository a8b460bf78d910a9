import assert from 'node:assert/strict';
import test from 'node:test';
import { assertScript, type ScriptedReply } from '../../../src/scripted-model/script.js';

const fallback: ScriptedReply = { text: 'Hello.' };
const check = (...replies: ScriptedReply[]) => assertScript({ name: 'test', replies });

test('a script with one fallback and distinct routes is valid', () => {
  assert.doesNotThrow(() => check({ when: 'a', text: 'A' }, fallback, { when: 'b', text: 'B' }));
});

test('a script needs exactly one fallback', () => {
  assert.throws(() => check(), /exactly one reply must have no "when", 0 have none/);
  assert.throws(() => check({ when: 'a', text: 'A' }), /0 have none/);
  assert.throws(() => check(fallback, fallback), /2 have none/);
});

test('an empty reply is refused by its place', () => {
  assert.throws(() => check(fallback, { when: 'a', text: '' }), /the text of reply 1 is empty/);
});

test('a "when" that matches everything, or that an earlier reply has, is refused', () => {
  assert.throws(() => check(fallback, { when: '', text: 'A' }), /"when" of reply 1 is empty/);
  assert.throws(
    () => check({ when: 'a', text: 'A' }, fallback, { when: 'a', text: 'B' }),
    /reply 2 is never given, an earlier one has the same "when" \(a\)/,
  );
});

test('the context length is a positive integer', () => {
  for (const contextLength of [0, -1, 1.5, Number.NaN]) {
    assert.throws(() => assertScript({ name: 'test', contextLength, replies: [fallback] }), /contextLength/);
  }
  assert.doesNotThrow(() => assertScript({ name: 'test', contextLength: 1, replies: [fallback] }));
});
