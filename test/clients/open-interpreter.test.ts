import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkedFetch } from '../support/checked-fetch.js';
import { CLIENT_REPLY, startForClients } from '../support/clients.js';
import { modelsShape } from '../support/openai-shapes.js';
import { readReply } from '../support/read-reply.js';

const gateway = await startForClients();

/** What Open Interpreter sends through LiteLLM. */
async function chat(messages: object[], signal?: AbortSignal): Promise<Response> {
  return checkedFetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer x' },
    body: JSON.stringify({ model: 'my-llm', messages, stream: true, temperature: 0, max_tokens: 1_000 }),
    ...(signal && { signal }),
  });
}

test('a stream that is closed at the end of its code block frees the model at once', async () => {
  const abort = new AbortController();
  const response = await chat([{ role: 'user', content: 'Run some code.' }], abort.signal);
  let text = '';
  for await (const bytes of response.body ?? []) {
    text += Buffer.from(bytes).toString();
    if (/```python[\s\S]*```/.test(deltas(text))) break;
  }
  abort.abort();
  const next = await chat([{ role: 'user', content: 'What is the capital of France?' }]);
  assert.equal(deltas(await next.text()), CLIENT_REPLY);
});

test('its model list', async () => {
  const response = await checkedFetch(`${gateway.url}/v1/models`);
  const { data } = await readReply(response, modelsShape);
  assert.deepEqual(
    data.map(({ id }) => id),
    ['my-llm'],
  );
});

/** The content of all whole frames of a stream. */
function deltas(stream: string): string {
  return stream
    .split('\n\n')
    .filter((frame) => frame.startsWith('data: {') && frame.endsWith('}'))
    .map((frame) => JSON.parse(frame.slice('data: '.length)).choices[0]?.delta.content ?? '')
    .join('');
}
