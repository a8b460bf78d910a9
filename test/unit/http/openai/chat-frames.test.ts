import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChoiceFrames, lastFrames } from '../../../../src/http/openai/chat-frames.js';

const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'my-llm' };
const end = {
  type: 'end',
  finishReason: 'stop',
  usage: { promptTokens: 5, completionTokens: 7, cachedTokens: 3 },
} as const;

/** A frame's payload, after a check that it is one frame. */
function payloadOf(frame: string) {
  assert.match(frame, /^data: [^\n]*\n\n$/);
  return JSON.parse(frame.slice('data: '.length));
}

test('the bytes of a stream', () => {
  const frames = createChoiceFrames(head, 0, false);
  const stream =
    frames.first() +
    frames.of({ type: 'thinking-delta', text: 'Hm' }) +
    frames.of({ type: 'text-delta', text: 'Hi' }) +
    frames.of(end) +
    lastFrames(head, [end.usage], false);
  const chunk = '"id":"chatcmpl-1","object":"chat.completion.chunk","created":1700000000,"model":"my-llm"';
  const going = '"logprobs":null,"finish_reason":null}]}';
  assert.equal(
    stream,
    `data: {${chunk},"choices":[{"index":0,"delta":{"role":"assistant","content":"","refusal":null},${going}\n\n` +
      `data: {${chunk},"choices":[{"index":0,"delta":{"reasoning_content":"Hm"},${going}\n\n` +
      `data: {${chunk},"choices":[{"index":0,"delta":{"content":"Hi"},${going}\n\n` +
      `data: {${chunk},"choices":[{"index":0,"delta":{},"logprobs":null,"finish_reason":"stop"}]}\n\n` +
      'data: [DONE]\n\n',
  );
});

test('with usage, every chunk has the field, and a last one without choices has the counts', () => {
  const frames = createChoiceFrames(head, 0, true);
  assert.equal(payloadOf(frames.first()).usage, null);
  assert.equal(payloadOf(frames.of({ type: 'text-delta', text: 'Hi' })).usage, null);
  const finish = payloadOf(frames.of(end));
  assert.equal(finish.usage, null);
  assert.equal(finish.choices[0].finish_reason, 'stop');
  const [counts = '', done, rest] = lastFrames(head, [end.usage], true).split(/(?<=\n\n)/);
  assert.deepEqual(payloadOf(counts), {
    ...head,
    object: 'chat.completion.chunk',
    choices: [],
    usage: {
      prompt_tokens: 5,
      completion_tokens: 7,
      total_tokens: 12,
      prompt_tokens_details: { cached_tokens: 3 },
    },
  });
  assert.equal(done, 'data: [DONE]\n\n');
  assert.equal(rest, undefined);
});

test('a generation that reached its limit says so', () => {
  const finish = createChoiceFrames(head, 0, false).of({ ...end, finishReason: 'length' });
  assert.equal(payloadOf(finish).choices[0].finish_reason, 'length');
});

test('text comes through whole and can not end its frame, whatever is in it', () => {
  const texts = [
    '"quoted" and \\ back',
    'two\nlines\r\nand\n\ndata: [DONE]\n\n',
    'separators \u2028 and \u2029, a null \0',
    '€ 🙂',
    '',
    '}]}\n\n',
  ];
  const frames = createChoiceFrames(head, 0, false);
  for (const text of texts) {
    assert.equal(payloadOf(frames.of({ type: 'text-delta', text })).choices[0].delta.content, text);
    assert.equal(
      payloadOf(frames.of({ type: 'thinking-delta', text })).choices[0].delta.reasoning_content,
      text,
    );
  }
});

test('half of a surrogate pair is escaped: as UTF-8 it would become something else', () => {
  const frame = createChoiceFrames(head, 0, false).of({ type: 'text-delta', text: '\ud83d' });
  assert.ok(frame.includes('"content":"\\ud83d"'));
  assert.equal(Buffer.from(frame).toString(), frame);
});

test('an alias with quotes is still JSON', () => {
  const model = 'my "llm"\n';
  assert.equal(payloadOf(createChoiceFrames({ ...head, model }, 0, false).first()).model, model);
});

test('each choice has its index', () => {
  const frames = createChoiceFrames(head, 3, false);
  for (const frame of [frames.first(), frames.of({ type: 'text-delta', text: 'Hi' }), frames.of(end)]) {
    assert.equal(payloadOf(frame).choices[0].index, 3);
  }
});

test('calls of tools are told apart by their index', () => {
  const frames = createChoiceFrames(head, 0, false);
  const deltas = ['call_1', 'call_2'].map(
    (id) => payloadOf(frames.of({ type: 'tool-call', id, name: 'f', arguments: '{}' })).choices[0].delta,
  );
  assert.deepEqual(deltas, [
    { tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '{}' } }] },
    { tool_calls: [{ index: 1, id: 'call_2', type: 'function', function: { name: 'f', arguments: '{}' } }] },
  ]);
});
