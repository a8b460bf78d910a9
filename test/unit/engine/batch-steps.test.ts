import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BatchSteps } from '../../../src/engine/batch-steps.js';

/** Takes note of texts, in their order: a digit is the reply that one is of. */
function stepsOf(texts: string, replies = 3): BatchSteps {
  const steps = new BatchSteps(replies);
  for (const text of texts.replaceAll(' ', '')) steps.saw(Number(text));
  return steps;
}

test('a reply that gives a text in every step has a token for each', () => {
  const steps = stepsOf('012 012 012');
  assert.deepEqual(
    [0, 1, 2].map((index) => steps.tokens(index)),
    [3, 3, 3],
  );
});

test('a step without a text between two of them is a token, whichever reply is silent', () => {
  for (const [texts, silent] of [
    ['012 12 12 012', 0],
    ['012 02 02 012', 1],
    ['012 01 01 012', 2],
  ] as const) {
    assert.equal(stepsOf(texts).tokens(silent), 4, texts);
    assert.equal(stepsOf(texts).texts(silent), 2, texts);
  }
});

test('replies that begin later have the tokens that they have', () => {
  const steps = stepsOf('0 0 01 012 012');
  assert.deepEqual(
    [0, 1, 2].map((index) => steps.tokens(index)),
    [5, 3, 2],
  );
});

test('a reply within a long character has not ended, one that stays silent has', () => {
  assert.equal(stepsOf('01 0 0 0 0').hasEnded(1), false);
  assert.equal(stepsOf(`01 ${'0 '.repeat(7)}`).hasEnded(1), false);
  assert.equal(stepsOf(`01 ${'0 '.repeat(8)}`).hasEnded(1), true);
  assert.equal(stepsOf(`01 ${'0 '.repeat(8)}`).hasEnded(0), false);
});

test('others that are many do not make a silence longer', () => {
  assert.equal(stepsOf('0123456 123456 123456 123456', 7).hasEnded(0), false);
});

test('a reply that has not begun has neither tokens nor an end', () => {
  const steps = stepsOf('0 '.repeat(50));
  assert.equal(steps.tokens(1), 0);
  assert.equal(steps.hasEnded(1), false);
});
