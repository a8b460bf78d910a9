import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerRate, takeAnswer } from '../../../../src/cli/chat/answer.js';
import { toAnswerJson } from '../../../../src/cli/chat/describe-answer.js';
import type { ChatPart } from '../../../../src/cli/chat/stream-chat.js';
import { toHarmless } from '../../../../src/cli/to-harmless.js';

async function* parts(...list: ChatPart[]): AsyncGenerator<ChatPart, void> {
  yield* list;
}

test('an answer is its text, without what the model thinks, which counts as its first token', async () => {
  const told: string[] = [];
  const answer = await takeAnswer(
    parts(
      { type: 'thinking', text: 'hm' },
      { type: 'text', text: 'Yes' },
      { type: 'text', text: '.' },
      { type: 'usage', promptTokens: 4, completionTokens: 3 },
    ),
    (text, type) => told.push(`${type} ${text}`),
  );
  const { text, promptTokens, completionTokens, gapsMs, firstTokenMs } = answer;
  assert.deepEqual([text, promptTokens, completionTokens, gapsMs.length], ['Yes.', 4, 3, 2]);
  assert.deepEqual(told, ['thinking hm', 'text Yes', 'text .']);
  assert.ok(firstTokenMs !== undefined);
});

test('the rate is that of the tokens after the first', () => {
  const answer = { text: '', promptTokens: 1, firstTokenMs: 5, gapsMs: [] };
  assert.equal(answerRate({ ...answer, completionTokens: 11, streamMs: 500 }), 20);
  assert.equal(answerRate({ ...answer, completionTokens: 1, streamMs: 0 }), undefined);
  const inOnePiece = { ...answer, completionTokens: 82, streamMs: 1 };
  assert.equal(toAnswerJson('a', inOnePiece).tokens_per_second, null);
});

test('what a model says cannot steer the terminal', () => {
  assert.equal(toHarmless('a\x1b[2Jb\r\n\tc\x07'), 'a[2Jb\n\tc');
});
