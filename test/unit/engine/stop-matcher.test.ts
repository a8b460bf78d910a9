import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StopMatcher } from '../../../src/engine/stop-matcher.js';

/** What is passed on of a text that comes in these pieces. */
function passedOn(stops: readonly string[], pieces: readonly string[]): { text: string; isStopped: boolean } {
  const matcher = new StopMatcher(stops);
  let text = '';
  for (const piece of pieces) {
    const match = matcher.push(piece);
    text += match.text;
    if (match.isStopped) return { text, isStopped: true };
  }
  return { text: text + matcher.rest(), isStopped: false };
}

test('a text without a stop text comes through whole', () => {
  assert.deepEqual(passedOn(['END'], ['Hello', ' EN', 'ter']), { text: 'Hello ENter', isStopped: false });
});

test('what follows a stop text, and the stop text, are dropped', () => {
  assert.deepEqual(passedOn(['END'], ['one END two']), { text: 'one ', isStopped: true });
});

test('a stop text is found wherever it is cut', () => {
  const text = 'one<END>two';
  for (let cut = 1; cut < text.length; cut += 1) {
    assert.deepEqual(passedOn(['<END>'], [text.slice(0, cut), text.slice(cut)]), {
      text: 'one',
      isStopped: true,
    });
  }
  assert.deepEqual(passedOn(['<END>'], [...text]), { text: 'one', isStopped: true });
});

test('the first of several is what counts, not the first of the list', () => {
  assert.deepEqual(passedOn(['three', 'two'], ['one two three']), { text: 'one ', isStopped: true });
});

test('a beginning that comes twice is not lost', () => {
  assert.deepEqual(passedOn(['aab'], [...'aaab']), { text: 'a', isStopped: true });
  assert.deepEqual(passedOn(['\n\n###'], ['a\n\n\n', '##', '#']), { text: 'a\n', isStopped: true });
});

test('what is held back at the end comes out', () => {
  assert.deepEqual(passedOn(['<END>'], ['one <EN']), { text: 'one <EN', isStopped: false });
});

test('nothing is held back that can not become a stop text', () => {
  assert.equal(new StopMatcher(['END']).push('Hello').text, 'Hello');
  assert.equal(new StopMatcher(['END']).push('HelloE').text, 'Hello');
});
