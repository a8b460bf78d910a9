import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type OpenAI from 'openai';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

type Messages = OpenAI.Chat.ChatCompletionMessageParam[];

/** Two conversations of some 600 tokens do not fit: one has about 80 KB. */
const ROOM = 120_000;

const folder = tempFolder();
const home = tempFolder();
const config = writeScriptedConfig(folder, [
  [ALPHA, { kvCache: '1GB' }],
  [BETA, { kvCache: `${ROOM}B` }],
  [{ ...ALPHA, name: 'plain' }, {}],
]);
// Where the SDK would have its own files, and so the cache.
const gateway = await startGateway(['-c', config], folder, { SNAP_USER_COMMON: home });
const openai = createOpenAI(gateway.url);

const SYSTEM = { role: 'system' as const, content: `You are kind. ${'Mind the gap. '.repeat(40)}` };

async function ask(model: string, messages: Messages) {
  const reply = await openai.chat.completions.create({ model, messages });
  const text = reply.choices[0]?.message.content ?? '';
  const { prompt_tokens = 0, completion_tokens = 0, prompt_tokens_details } = reply.usage ?? {};
  return { text, prompt_tokens, completion_tokens, cached: prompt_tokens_details?.cached_tokens };
}

/** The next turn of a conversation, as a client sends it. */
function goOn(messages: Messages, reply: string, content: string): Messages {
  return [...messages, { role: 'assistant', content: reply }, { role: 'user', content }];
}

/** Files of conversations, with their sizes. */
function kept(): { path: string; bytes: number }[] {
  const root = join(home, '.qvac');
  if (!existsSync(root)) return [];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.bin'))
    .map((name) => ({ path: name, bytes: statSync(join(root, name)).size }));
}

describe('a model that keeps its conversations', () => {
  test('computes only what is new of one that goes on, says the same, and counts right', async () => {
    const first: Messages = [SYSTEM, { role: 'user', content: 'Hello!' }];
    const one = await ask('alpha', first);
    assert.equal(one.text, fallbackOf(ALPHA));
    assert.equal(one.cached, 0);
    assert.deepEqual(one, await ask('plain', first));

    const second = goOn(first, one.text, 'What does it cost, in euro?');
    const two = await ask('alpha', second);
    assert.equal(two.text, 'It costs 5 € or a 🙂.');
    // What the engine had at the end of the first turn, and nothing else.
    assert.equal(two.cached, one.prompt_tokens + one.completion_tokens);
    assert.equal((await ask('plain', second)).text, two.text);

    const third = goOn(second, two.text, 'Well.');
    const three = await ask('alpha', third);
    assert.equal(three.text, fallbackOf(ALPHA));
    assert.equal(three.cached, two.prompt_tokens + two.completion_tokens);
  });

  test('streams the same, with the cached tokens in the usage', async () => {
    const first: Messages = [SYSTEM, { role: 'user', content: 'Hello, stream!' }];
    const one = await ask('alpha', first);
    const reply = await openai.chat.completions
      .stream({
        model: 'alpha',
        messages: goOn(first, one.text, 'In euro?'),
        stream_options: { include_usage: true },
      })
      .finalChatCompletion();
    assert.equal(reply.choices[0]?.message.content, 'It costs 5 € or a 🙂.');
    assert.equal(
      reply.usage?.prompt_tokens_details?.cached_tokens,
      one.prompt_tokens + one.completion_tokens,
    );
  });

  test('does not go on with a reply that was cut', async () => {
    const first: Messages = [SYSTEM, { role: 'user', content: 'Hello, short!' }];
    const cut = await openai.chat.completions.create({ model: 'alpha', messages: first, max_tokens: 3 });
    assert.equal(cut.choices[0]?.finish_reason, 'length');
    const two = await ask('alpha', goOn(first, cut.choices[0]?.message.content ?? '', 'In euro?'));
    assert.deepEqual([two.text, two.cached], ['It costs 5 € or a 🙂.', 0]);
  });

  test('leaves alone those without a system message', async () => {
    const first: Messages = [{ role: 'user', content: 'Hello!' }];
    const before = kept().length;
    const one = await ask('alpha', first);
    assert.deepEqual(one, await ask('plain', first));
    assert.equal((await ask('alpha', goOn(first, one.text, 'In euro?'))).cached, 0);
    assert.equal(kept().length, before);
  });

  test('refuses one that has outgrown the context', async () => {
    const first: Messages = [SYSTEM, { role: 'user', content: 'Hello, long one!' }];
    const one = await ask('alpha', first);
    await assert.rejects(ask('alpha', goOn(first, one.text, 'x'.repeat(2048))), {
      status: 400,
      code: 'context_length_exceeded',
    });
    const again = await ask('alpha', goOn(first, one.text, 'In euro?'));
    assert.equal(again.text, 'It costs 5 € or a 🙂.');
  });

  test('has no more on disk than it may, and forgets what was not asked for longest', async () => {
    const mark = new Set(kept().map(({ path }) => path));
    const ofBeta = () => kept().filter(({ path }) => !mark.has(path));
    const first: Messages = [SYSTEM, { role: 'user', content: 'one' }];
    const one = await ask('beta', first);
    assert.equal(ofBeta().length, 1);
    await ask('beta', [SYSTEM, { role: 'user', content: 'two' }]);
    assert.ok(ofBeta().reduce((sum, { bytes }) => sum + bytes, 0) <= ROOM);
    assert.equal(ofBeta().length, 1);
    const later = await ask('beta', goOn(first, one.text, 'three'));
    assert.deepEqual([later.text, later.cached], [fallbackOf(BETA), 0]);
  });

  test('that is unloaded has nothing left on disk, and starts anew', async () => {
    const first: Messages = [SYSTEM, { role: 'user', content: 'Hello!' }];
    const one = await ask('alpha', first);
    await openai.models.delete('beta');
    await openai.models.delete('alpha');
    assert.deepEqual(kept(), []);
    assert.equal((await ask('alpha', goOn(first, one.text, 'In euro?'))).cached, 0);
  });
});

test('a gateway that stops leaves nothing', async () => {
  await gateway.stop();
  assert.deepEqual(readdirSync(join(home, '.qvac')), ['models']); // the SDK's, for downloads
});
