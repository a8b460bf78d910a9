import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hearEvents, hearWhole } from '../../../../src/http/remote/hear-answer.js';
import { RequestText } from '../../../../src/http/request-text.js';

const frame = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;

test('what events say is kept by choice, and what is no text is not', () => {
  const text = new RequestText();
  const call = { function: { name: 'add', arguments: '{"a":1}' } };
  hearEvents(
    text,
    Buffer.from(
      [
        ': keep-alive\n\n',
        frame({ choices: [{ index: 0, delta: { content: null, role: 'assistant' } }] }),
        frame({ choices: [{ index: 0, delta: { content: 'one ' } }] }),
        frame({ choices: [{ index: 1, delta: { tool_calls: [call] } }] }),
        frame({ choices: [{ index: 0, delta: { content: '€' } }] }),
        frame({ choices: [], usage: {} }),
        frame(null),
        'data: nonsense\n\ndata: [DONE]\n\n',
      ].join(''),
    ),
  );
  assert.deepEqual(text.toFields()?.answers, ['one €', 'add{"a":1}']);
});

test('what a whole answer says is kept', () => {
  const cases: readonly (readonly [body: string, type: string, answers: string[]])[] = [
    ['{"choices":[{"index":0,"message":{"content":"Hi"}}]}', 'application/json', ['Hi']],
    ['{"text":"written down"}', 'application/json; charset=utf-8', ['written down']],
    ['1\n00:00 --> 00:01\nHi', 'application/x-subrip', ['1\n00:00 --> 00:01\nHi']],
  ];
  for (const [body, type, answers] of cases) {
    const text = new RequestText();
    hearWhole(text, Buffer.from(body), type);
    assert.deepEqual(text.toFields()?.answers, answers);
  }
});
