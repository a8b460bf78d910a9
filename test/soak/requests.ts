import assert from 'node:assert/strict';
import OpenAI, { toFile } from 'openai';
import type { Script } from '../../src/scripted-model/script.js';
import type { Random } from '../support/random.js';
import { ALPHA, BETA, fallbackOf } from '../support/scripts.js';
import { WITHOUT_VULKAN } from '../support/vulkan.js';
import { createWav } from '../support/wav.js';
import { SPOKEN } from './soak-models.js';

/** A request of the soak test: resolves with its answer, which is right or the test is over. */
export interface SoakRequest {
  readonly model: string;
  readonly kind: string;
  run(signal: AbortSignal): Promise<void>;
}

type CreateRequest = (random: Random) => SoakRequest;

/** What may become of a request while models are unloaded and killed. */
const CONTRACT = new Set([
  'model_load_failed',
  'model_load_timeout',
  'model_quarantined',
  'model_unloaded',
  'queue_full',
  'worker_crashed',
  'worker_hung',
]);

/**
 * The outcome of a request in a word: `ok`, `hung up`, or the code of an error of the contract.
 *
 * @throws what else went wrong.
 */
export async function outcomeOf(request: SoakRequest, signal: AbortSignal): Promise<string> {
  try {
    await request.run(signal);
    return signal.aborted ? 'hung up' : 'ok';
  } catch (error) {
    if (error instanceof OpenAI.APIUserAbortError && signal.aborted) return 'hung up';
    if (error instanceof OpenAI.APIError && CONTRACT.has(String(error.code))) return String(error.code);
    throw error;
  }
}

/** Every kind of request, for every model that there is. */
export function createRequests(openai: OpenAI): readonly [CreateRequest, ...CreateRequest[]] {
  const transcription: CreateRequest = () => ({
    model: 'whisper',
    kind: 'transcription',
    async run(signal) {
      const file = await toFile(createWav(1), 'audio.wav');
      const { text } = await openai.audio.transcriptions.create({ model: 'whisper', file }, { signal });
      assert.equal(text, SPOKEN.join('').trim());
    },
  });
  return [
    (random) => blockingChat(openai, random.pick([ALPHA, BETA])),
    (random) => streamedChat(openai, random.pick([ALPHA, BETA])),
    (random) => longStream(openai, random.pick([ALPHA, BETA]), 50 + random.int(3_000)),
    (random) => embedding(openai, 1 + random.int(40)),
    ...(WITHOUT_VULKAN ? [] : [transcription]),
  ];
}

function blockingChat(openai: OpenAI, script: Script): SoakRequest {
  return {
    model: script.name,
    kind: 'chat',
    async run(signal) {
      const { choices } = await openai.chat.completions.create(
        { model: script.name, messages: [{ role: 'user', content: 'Hello!' }] },
        { signal },
      );
      assert.equal(choices[0]?.message.content, fallbackOf(script));
    },
  };
}

function streamedChat(openai: OpenAI, script: Script): SoakRequest {
  const reply = fallbackOf(script);
  return {
    model: script.name,
    kind: 'stream',
    async run(signal) {
      const { text, finishReason } = await readStream(openai, script, 'Hello!', reply, signal);
      if (signal.aborted) return;
      assert.deepEqual([text, finishReason], [reply, 'stop']);
    },
  };
}

function longStream(openai: OpenAI, script: Script, tokens: number): SoakRequest {
  const unit = script.replies.find(({ endless }) => endless)?.text ?? '';
  return {
    model: script.name,
    kind: 'long stream',
    async run(signal) {
      const expected = unit.repeat(tokens);
      const { finishReason, deltas } = await readStream(openai, script, 'for ever', expected, signal, tokens);
      if (signal.aborted) return;
      assert.deepEqual([finishReason, deltas], ['length', tokens]);
    },
  };
}

/** Reads a stream; whatever ends it, what has come is the beginning of what is expected. */
async function readStream(
  openai: OpenAI,
  { name }: Script,
  content: string,
  expected: string,
  signal: AbortSignal,
  maxTokens?: number,
) {
  const stream = await openai.chat.completions.create(
    {
      model: name,
      messages: [{ role: 'user', content }],
      stream: true,
      ...(maxTokens && { max_tokens: maxTokens }),
    },
    { signal },
  );
  let text = '';
  let deltas = 0;
  let finishReason: string | null | undefined;
  try {
    for await (const { choices } of stream) {
      const delta = choices[0]?.delta.content;
      if (delta) deltas += 1;
      text += delta ?? '';
      finishReason = choices[0]?.finish_reason;
    }
  } finally {
    assert.equal(text, expected.slice(0, text.length));
  }
  return { text, deltas, finishReason };
}

function embedding(openai: OpenAI, length: number): SoakRequest {
  return {
    model: 'vectors',
    kind: 'embedding',
    async run(signal) {
      const { data, usage } = await openai.embeddings.create(
        { model: 'vectors', input: ['a'.repeat(length), 'b'], encoding_format: 'float' },
        { signal },
      );
      assert.equal(usage.prompt_tokens, length + 1);
      // Every byte has the first direction.
      for (const { embedding } of data) {
        for (const [index, value] of embedding.entries()) {
          assert.ok(Math.abs(value - (index === 0 ? 1 : 0)) < 1e-3, `value ${index} is ${value}`);
        }
      }
    },
  };
}
