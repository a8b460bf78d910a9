import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type OpenAI from 'openai';
import type { Script } from '../../src/scripted-model/script.js';
import { checkedFetch } from '../support/checked-fetch.js';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const call = (city: string) =>
  `<tool_call>{"name": "get_weather", "arguments": {"city": "${city}"}}</tool_call>`;

const CALLER: Script = {
  name: 'caller',
  replies: [
    { when: '18 degrees', text: 'It is 18 degrees in London.' },
    { when: 'both', text: `${call('London')}\n${call('Paris')}` },
    { when: 'weather', text: call('London') },
    { text: 'I can tell the time of day only to those who ask.' },
  ],
};

const folder = tempFolder();
const config = writeScriptedConfig(folder, [
  [CALLER, { default: true, config: { tools: true, ctx_size: 8192 } }],
  [ALPHA],
]);
const gateway = await startGateway(['-c', config], folder);
const openai = createOpenAI(gateway.url);

const tools: OpenAI.ChatCompletionFunctionTool[] = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      description: 'Get the current weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
  {
    type: 'function',
    function: {
      name: 'get_time',
      parameters: { type: 'object', properties: {}, additionalProperties: false },
    },
  },
];
const ask = (content: string) => ({ model: 'caller', messages: [{ role: 'user' as const, content }], tools });

/** The calls of a reply, whose ids must be there and differ. */
function callsOf({ choices }: OpenAI.ChatCompletion): { name: string; args: unknown }[] {
  const calls = choices[0]?.message.tool_calls ?? [];
  assert.equal(new Set(calls.map(({ id }) => id)).size, calls.length);
  return calls.map((one) => {
    assert.ok(one.type === 'function' && one.id.startsWith('call_'));
    return { name: one.function.name, args: JSON.parse(one.function.arguments) };
  });
}

const LONDON = { name: 'get_weather', args: { city: 'London' } };
const PARIS = { name: 'get_weather', args: { city: 'Paris' } };

describe('a model that may call a tool', () => {
  test('calls it', async () => {
    const reply = await openai.chat.completions.create(ask('How is the weather?'));
    assert.deepEqual(callsOf(reply), [LONDON]);
    assert.equal(reply.choices[0]?.finish_reason, 'tool_calls');
    assert.equal(reply.choices[0]?.message.content, null);
  });

  test('or does not', async () => {
    const reply = await openai.chat.completions.create(ask('What can you do?'));
    assert.equal(reply.choices[0]?.message.content, fallbackOf(CALLER));
    assert.equal(reply.choices[0]?.finish_reason, 'stop');
    assert.equal(reply.choices[0]?.message.tool_calls, undefined);
  });

  test('calls it in a stream', async () => {
    const stream = openai.chat.completions.stream(ask('How is the weather?'));
    const reply = await stream.finalChatCompletion();
    assert.deepEqual(callsOf(reply), [LONDON]);
    assert.equal(reply.choices[0]?.finish_reason, 'tool_calls');
  });

  test('may call several, told apart by their index', async () => {
    assert.deepEqual(callsOf(await openai.chat.completions.create(ask('both'))), [LONDON, PARIS]);
    const indices: number[] = [];
    const stream = await openai.chat.completions.create({ ...ask('both'), stream: true });
    for await (const chunk of stream) {
      for (const { index, id } of chunk.choices[0]?.delta.tool_calls ?? []) {
        assert.equal(typeof id, 'string');
        indices.push(index);
      }
    }
    assert.deepEqual(indices, [0, 1]);
  });

  test('calls one at most if that is asked', async () => {
    const reply = await openai.chat.completions.create({ ...ask('both'), parallel_tool_calls: false });
    assert.deepEqual(callsOf(reply), [LONDON]);
    assert.equal(reply.choices[0]?.finish_reason, 'tool_calls');
  });

  test('is told the result and answers with it', async () => {
    const runner = openai.chat.completions.runTools({
      model: 'caller',
      messages: [{ role: 'user', content: 'How is the weather?' }],
      tools: [
        {
          type: 'function',
          function: {
            name: 'get_weather',
            description: 'Get the current weather',
            parameters: { type: 'object', properties: { city: { type: 'string' } } },
            parse: JSON.parse,
            function: ({ city }: { city: string }) => `18 degrees in ${city}`,
          },
        },
      ],
    });
    assert.equal(await runner.finalContent(), 'It is 18 degrees in London.');
  });

  test('with none chosen has no tools', async () => {
    const reply = await openai.chat.completions.create({ ...ask('What can you do?'), tool_choice: 'none' });
    assert.equal(reply.choices[0]?.message.content, fallbackOf(CALLER));
  });
});

describe('a call that is forced', () => {
  for (const model of ['caller', 'alpha']) {
    test(`comes from ${model}, whatever it would have said`, async () => {
      const reply = await openai.chat.completions.create({
        ...ask('What can you do?'),
        model,
        tool_choice: { type: 'function', function: { name: 'get_weather' } },
      });
      const [forced, ...others] = callsOf(reply);
      assert.equal(forced?.name, 'get_weather');
      assert.deepEqual(Object.keys(forced?.args ?? {}), ['city']);
      assert.deepEqual(others, []);
      assert.equal(reply.choices[0]?.finish_reason, 'tool_calls');
    });
  }

  test('is of one of the tools, in a stream too', async () => {
    const stream = openai.chat.completions.stream({ ...ask('What can you do?'), tool_choice: 'required' });
    const [forced] = callsOf(await stream.finalChatCompletion());
    assert.ok(['get_weather', 'get_time'].includes(forced?.name ?? ''));
  });
});

test('a model that was not loaded for tools says what to set', async () => {
  await assert.rejects(
    openai.chat.completions.create({ ...ask('Hello!'), model: 'alpha' }),
    (error: InstanceType<typeof OpenAI.APIError>) => {
      assert.equal(error.status, 400);
      assert.equal(error.code, 'tools_not_enabled');
      assert.equal(error.param, 'tools');
      assert.match(error.message, /"tools": true/);
      return true;
    },
  );
});

test('a history as Open Interpreter sends it is taken', async () => {
  const response = await checkedFetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'caller',
      messages: [
        { role: 'user', content: 'Run it.' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'execute', arguments: 'print(' } }],
        },
        { role: 'tool', tool_call_id: 'a', content: 'SyntaxError' },
        { role: 'assistant', function_call: { name: 'execute', arguments: '{}' } },
        { role: 'function', name: 'execute', content: null },
        { role: 'user', content: 'Go on.' },
      ],
    }),
  });
  assert.equal(response.status, 200);
});
