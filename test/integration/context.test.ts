import assert from 'node:assert/strict';
import { test } from 'node:test';
import type OpenAI from 'openai';
import { startGateway } from '../support/gateway.js';
import { createOpenAI } from '../support/openai-client.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { ALPHA, fallbackOf } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';

const CONTEXT_TOKENS = 512;

const folder = tempFolder();
const config = writeScriptedConfig(folder, [[ALPHA, { config: { ctx_size: CONTEXT_TOKENS } }]]);
const gateway = await startGateway(['-c', config], folder);
const openai = createOpenAI(gateway.url);
const forEver = { model: 'alpha', messages: [{ role: 'user' as const, content: 'for ever' }] };

for (const limit of [undefined, 100_000]) {
  const max = limit === undefined ? {} : { max_tokens: limit };

  test(`a blocking reply that fills the context ends with length (max_tokens ${limit})`, async () => {
    const reply = await openai.chat.completions.create({ ...forEver, ...max });
    assert.equal(reply.choices[0]?.finish_reason, 'length');
    assert.equal(reply.usage?.total_tokens, CONTEXT_TOKENS);
  });

  test(`a streamed reply that fills the context ends with length (max_tokens ${limit})`, async () => {
    const stream = openai.chat.completions.stream({ ...forEver, ...max });
    const reply = await stream.finalChatCompletion();
    assert.equal(reply.choices[0]?.finish_reason, 'length');
  });
}

for (const stream of [false, true]) {
  test(`a prompt beyond the context is refused with both numbers (stream ${stream})`, async () => {
    const messages = [{ role: 'user' as const, content: 'x'.repeat(2 * CONTEXT_TOKENS) }];
    await assert.rejects(
      openai.chat.completions.create({ model: 'alpha', messages, stream }),
      (error: InstanceType<typeof OpenAI.APIError>) => {
        assert.equal(error.status, 400);
        assert.equal(error.code, 'context_length_exceeded');
        assert.match(error.message, /has 10\d\d tokens; the context of model 'alpha' holds 512/);
        return true;
      },
    );
    const next = await openai.chat.completions.create({
      model: 'alpha',
      messages: [{ role: 'user', content: 'Hello!' }],
    });
    assert.equal(next.choices[0]?.message.content, fallbackOf(ALPHA));
  });
}
