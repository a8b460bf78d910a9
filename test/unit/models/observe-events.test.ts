import assert from 'node:assert/strict';
import { test } from 'node:test';
import { observeEvents } from '../../../src/models/observe-events.js';

function createRecorder() {
  const told: string[] = [];
  const tell =
    (what: string) =>
    (...numbers: number[]): void => {
      told.push([what, ...numbers].join(' '));
    };
  const observer = {
    admitted: tell('admitted'),
    firstToken: tell('first'),
    nextToken: tell('next'),
    counted: tell('counted'),
  };
  return { observer, told };
}

test('a chat has a first token, further ones, and a count at its end', () => {
  const { observer, told } = createRecorder();
  let now = 100;
  const observe = observeEvents(observer, 40, () => now);
  observe([{ type: 'thinking-delta', text: 'Hm.' }]);
  now = 110;
  observe([{ type: 'text-delta', text: 'Hi' }]);
  now = 125;
  observe([
    { type: 'text-delta', text: '!' },
    { type: 'end', finishReason: 'stop', usage: { promptTokens: 5, completionTokens: 3, cachedTokens: 0 } },
  ]);
  assert.deepEqual(told, ['first 60', 'next 10', 'next 15', 'counted 5 3']);
});

test('who asks is told too, but of the tokens one by one', () => {
  const { observer } = createRecorder();
  const { observer: asking, told } = createRecorder();
  const usage = { promptTokens: 5, completionTokens: 3, cachedTokens: 4 };
  const observe = observeEvents(observer, 40, () => 100, asking);
  observe([{ type: 'text-delta', text: 'Hi' }]);
  observe([{ type: 'text-delta', text: '!' }]);
  observe([{ type: 'end', finishReason: 'stop', usage }]);
  observe([{ type: 'end', promptTokens: 7 }]);
  assert.deepEqual(told, ['first 60', 'counted 5 3 4', 'counted 7 0 0']);
});

test('an end alone is no token', () => {
  const { observer, told } = createRecorder();
  const usage = { promptTokens: 5, completionTokens: 0, cachedTokens: 0 };
  observeEvents(observer, 0, () => 1)([{ type: 'end', finishReason: 'length', usage }]);
  assert.deepEqual(told, ['counted 5 0']);
});

test('of embeddings only the prompt counts, of transcriptions nothing', () => {
  const { observer, told } = createRecorder();
  const observe = observeEvents(observer, 0, () => 1);
  observe([{ type: 'vectors', size: 1, values: new Float32Array(1) }]);
  observe([{ type: 'end', promptTokens: 7 }]);
  observe([{ type: 'end', text: 'Hello.' }]);
  assert.deepEqual(told, ['counted 7 0']);
});
