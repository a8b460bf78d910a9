import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RequestText } from '../../../src/http/request-text.js';
import type { ChatEvent } from '../../../src/protocol/events.js';

const END: ChatEvent = {
  type: 'end',
  finishReason: 'stop',
  usage: { promptTokens: 1, completionTokens: 1, cachedTokens: 0 },
};

async function* choiceOf(...events: ChatEvent[]): AsyncGenerator<ChatEvent[], void> {
  for (const event of events) yield [event];
}

async function overhear(text: RequestText, index: number, ...events: ChatEvent[]): Promise<ChatEvent[]> {
  const passed: ChatEvent[] = [];
  for await (const batch of text.overhear(choiceOf(...events), index)) passed.push(...batch);
  return passed;
}

test('where nothing was said there is nothing to log', () => {
  assert.equal(new RequestText().toFields(), undefined);
});

test('what the choices say is kept apart, with thoughts and calls of tools, and passed on as it is', async () => {
  const text = new RequestText();
  text.asked('Hello?');
  const second: ChatEvent[] = [
    { type: 'thinking-delta', text: 'Hm. ' },
    { type: 'text-delta', text: 'Hi' },
    { type: 'text-delta', text: '!' },
    END,
  ];
  assert.deepEqual(await overhear(text, 1, ...second), second);
  assert.deepEqual(text.toFields(), { prompt: 'Hello?', answers: ['', 'Hm. Hi!'] });
  await overhear(text, 0, { type: 'tool-call', id: 'call_1', name: 'add', arguments: '{"a":1}' }, END);
  assert.deepEqual(text.toFields()?.answers, ['add({"a":1})', 'Hm. Hi!']);
});

test('what goes on for ever is cut', async () => {
  const text = new RequestText();
  const events = Array.from(
    { length: 50 },
    (): ChatEvent => ({ type: 'text-delta', text: 'x'.repeat(1_000) }),
  );
  await overhear(text, 0, ...events);
  assert.deepEqual(text.toFields()?.answers, [`${'x'.repeat(8_192)} … (cut)`]);
});
