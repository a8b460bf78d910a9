import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type OpenAI from 'openai';
import type { Script } from '../../src/scripted-model/script.js';
import { startEndlessStream } from '../support/endless-stream.js';
import { refusalOf, startFaultGateway } from '../support/fault-gateway.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const PARALLEL = 4;
const SMALL_SLOT = 512;
const MIDDLE_SLOT = 16_384;

const CREW: Script = {
  name: 'crew',
  replies: [
    {
      when: 'weather',
      text: '<tool_call>{"name": "get_weather", "arguments": {"city": "Rome"}}</tool_call>',
    },
    { when: 'angle', text: 'Two is less than three: 2 <' },
    ...ALPHA.replies,
  ],
};
const SMALL: Script = { ...ALPHA, name: 'small' };
/** What goes on for ever does so for seconds, and a prompt that is too long is no large one. */
const MIDDLE: Script = { ...ALPHA, name: 'middle' };

const folder = tempFolder();
// The slots are so large that what goes on for ever does so for minutes.
const config = writeScriptedConfig(folder, [
  [CREW, { preload: true, config: { parallel: PARALLEL, ctx_size: PARALLEL * 131_072, tools: true } }],
  [SMALL, { preload: true, config: { parallel: PARALLEL, ctx_size: PARALLEL * SMALL_SLOT } }],
  [MIDDLE, { config: { parallel: PARALLEL, ctx_size: PARALLEL * MIDDLE_SLOT } }],
  [{ ...ALPHA, name: 'wide' }, { config: { parallel: 16, ctx_size: 16 * SMALL_SLOT } }],
]);
const gateway = await startFaultGateway(config, folder);
const { openai } = gateway;

type Params = Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'model' | 'messages'>;

const crew = (content: string, params: Params = {}) =>
  openai.chat.completions.create({ model: 'crew', messages: [{ role: 'user', content }], ...params });

const small = (content: string, params: Params = {}) =>
  openai.chat.completions.create({ model: 'small', messages: [{ role: 'user', content }], ...params });

const middle = (content: string, params: Params = {}) =>
  openai.chat.completions.create({ model: 'middle', messages: [{ role: 'user', content }], ...params });

/** Keeps the engine busy until all calls wait for it: then they are those of the next batch. */
async function together<Calls extends readonly Promise<unknown>[]>(
  start: () => readonly [...Calls],
  script = CREW,
): Promise<readonly [...Calls]> {
  const untilRunning = async (count: number): Promise<void> => {
    while ((await gateway.statusOf(script.name)).calls.length !== count);
  };
  await untilRunning(0);
  const running = await startEndlessStream(openai, script);
  const calls = start();
  for (const call of calls) call.catch(() => {}); // looked at later
  await untilRunning(1 + calls.length);
  await running.stop();
  return calls;
}

function outcomeOf({ choices, usage }: OpenAI.ChatCompletion) {
  return { text: choices[0]?.message.content, finish: choices[0]?.finish_reason, usage };
}

describe('calls that wait for the running one', { timeout: 60_000 }, () => {
  test('go together, and one that is cancelled takes no other along', async () => {
    const [first, second, third] = await Promise.all(
      await together(() => [
        startEndlessStream(openai, CREW),
        startEndlessStream(openai, CREW),
        startEndlessStream(openai, CREW),
      ]),
    );
    // One after another, the second would begin when the first has ended.
    await first.stop();
    await third.more(2_000);
    await second.more(2_000);
    await third.stop();
    await second.more(2_000);
    await second.stop();
    assert.equal(await gateway.ask('crew'), fallbackOf(CREW));
  });

  test('have their end when they end, not when the batch does', async () => {
    const [short, cut, long] = await together(() => [
      crew('Hello!'),
      crew('for ever', { max_tokens: 30 }),
      startEndlessStream(openai, CREW),
    ]);
    assert.equal((await short).choices[0]?.message.content, fallbackOf(CREW));
    assert.equal((await cut).choices[0]?.finish_reason, 'length');
    const endless = await long;
    await endless.more(2_000);
    await endless.stop();
  });

  test('wait no longer than the batch that runs', async () => {
    const [first] = await together(() => [startEndlessStream(openai, CREW), crew('Hello!')]);
    const endless = await first;
    const mark = await gateway.mark();
    const late = crew('Hello!');
    await gateway.loggedOf('crew', 'call started', mark);
    await endless.more(500);
    await endless.stop();
    assert.equal((await late).choices[0]?.message.content, fallbackOf(CREW));
  });

  test('are forgotten when they are cancelled', async () => {
    const abort = new AbortController();
    const [forgotten, next] = await together(() => {
      const calls = [
        openai.chat.completions.create(
          { model: 'crew', messages: [{ role: 'user', content: 'for ever' }] },
          { signal: abort.signal },
        ),
        crew('Hello!'),
      ] as const;
      return calls;
    });
    abort.abort();
    await assert.rejects(forgotten);
    assert.equal((await next).choices[0]?.message.content, fallbackOf(CREW));
  });
});

describe('together and alone a call has the same', { timeout: 60_000 }, () => {
  const cases: readonly (readonly [string, Params])[] = [
    ['Hello!', {}],
    ['euro', {}],
    ['think', {}],
    ['angle', {}],
    ['for ever', { max_tokens: 7 }],
    ['for ever', { max_tokens: 300, temperature: 0 }],
    ['Hello!', { max_tokens: 1 }],
    ['euro', { max_tokens: 6, seed: 3 }],
    ['Hello!', { response_format: { type: 'json_object' } }],
  ];
  for (let at = 0; at < cases.length; at += 3) {
    const three = cases.slice(at, at + 3);
    const names = three.map(([content, params]) => `${content} ${JSON.stringify(params)}`);
    test(`text, finish_reason and usage: ${names.join(', ')}`, async () => {
      const alone = [];
      for (const [content, params] of three) alone.push(outcomeOf(await crew(content, params)));
      const calls = await together(() => three.map(([content, params]) => crew(content, params)));
      assert.deepEqual((await Promise.all(calls)).map(outcomeOf), alone);
    });
  }

  test('end at its stop text', async () => {
    const text = fallbackOf(CREW);
    const [lazy, comma, whole] = await Promise.all(
      await together(() => [
        crew('Hello!', { stop: 'lazy' }),
        crew('for ever', { stop: ['nine', 'five six'] }),
        crew('Hello!'),
      ]),
    );
    assert.equal(lazy.choices[0]?.message.content, text.slice(0, text.indexOf('lazy')));
    assert.equal(comma.choices[0]?.message.content, 'one two three four ');
    assert.deepEqual(
      [lazy, comma].map(({ choices }) => choices[0]?.finish_reason),
      ['stop', 'stop'],
    );
    assert.equal(lazy.usage?.prompt_tokens, whole.usage?.prompt_tokens);
    assert.equal(lazy.usage?.completion_tokens, 11); // "lazy" is the eleventh
    assert.equal(whole.choices[0]?.message.content, text);
  });
});

test('the choices of one request decode together', { timeout: 60_000 }, async () => {
  const stream = await openai.chat.completions.create({
    model: 'crew',
    messages: [{ role: 'user', content: 'for ever' }],
    n: PARALLEL,
    stream: true,
  });
  const begun = new Set<number>();
  for await (const { choices } of stream) {
    for (const { index, delta, finish_reason } of choices) {
      assert.equal(finish_reason, null);
      if (delta.content) begun.add(index);
    }
    if (begun.size === PARALLEL) break;
  }
  assert.equal(begun.size, PARALLEL);
  assert.equal(await gateway.ask('crew'), fallbackOf(CREW));
});

test('a call that fails does not take the others of its batch along', { timeout: 60_000 }, async () => {
  const [long, schema, good] = await together(
    () => [
      refusalOf(middle('x'.repeat(2 * MIDDLE_SLOT))),
      refusalOf(
        middle('Hello!', {
          response_format: { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'nonsense' } } },
        }),
      ),
      middle('Hello!'),
    ],
    MIDDLE,
  );
  const { status, code, message } = await long;
  assert.deepEqual([status, code], [400, 'context_length_exceeded']);
  assert.match(message, /has 327\d\d tokens; the context of model 'middle' holds 16384/);
  assert.equal((await schema).code, 'invalid_response_format');
  assert.equal((await good).choices[0]?.message.content, fallbackOf(MIDDLE));
});

for (const limit of [undefined, 100_000]) {
  const params = limit === undefined ? {} : { max_tokens: limit };

  test(`replies that fill their slots end with length (max_tokens ${limit})`, {
    timeout: 60_000,
  }, async () => {
    const alone = await small('for ever', params);
    const [first, second] = await Promise.all([small('for ever', params), small('for ever', params)]);
    for (const { choices, usage } of [alone, first, second]) {
      assert.equal(choices[0]?.finish_reason, 'length');
      assert.equal(usage?.total_tokens, SMALL_SLOT);
    }
  });
}

test('when the engine dies, what runs says so and what waits is answered', { timeout: 60_000 }, async () => {
  const [first, second] = await Promise.all(
    await together(() => [startEndlessStream(openai, CREW), startEndlessStream(openai, CREW)]),
  );
  const mark = await gateway.mark();
  const waiting = crew('Hello!');
  await gateway.loggedOf('crew', 'call started', mark);
  process.kill(await gateway.pidOf('crew'), 'SIGKILL');
  for (const { ended } of [first, second]) {
    const error = (await ended) as InstanceType<typeof OpenAI.APIError>;
    assert.equal(error.code, 'worker_crashed');
  }
  assert.equal((await waiting).choices[0]?.message.content, fallbackOf(CREW));
  await gateway.loggedOf('crew', 'model loaded', mark);
  const starts = gateway.log.filter(({ msg, model }) => msg === 'model loaded' && model === 'crew');
  assert.equal(starts.length, 2);
});

test('a call with tools goes alone, and the others of its time go on', { timeout: 60_000 }, async () => {
  const tool = {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  };
  const [weather, hello, euro] = await Promise.all(
    await together(() => [crew('weather', { tools: [tool] }), crew('Hello!'), crew('euro')]),
  );
  const [call] = weather.choices[0]?.message.tool_calls ?? [];
  assert.ok(call?.type === 'function');
  assert.deepEqual(JSON.parse(call.function.arguments), { city: 'Rome' });
  assert.equal(weather.choices[0]?.finish_reason, 'tool_calls');
  assert.equal(hello.choices[0]?.message.content, fallbackOf(CREW));
  assert.equal(euro.choices[0]?.message.content, 'It costs 5 € or a 🙂.');
});

test('many calls at once are answered without a warning of the SDK on stderr', async () => {
  const calls = Array.from({ length: 16 }, () => gateway.ask('wide'));
  assert.deepEqual(new Set(await Promise.all(calls)), new Set([fallbackOf(ALPHA)]));
  assert.equal(gateway.stderr(), '');
});
