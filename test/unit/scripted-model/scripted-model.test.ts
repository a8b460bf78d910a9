import assert from 'node:assert/strict';
import test from 'node:test';
import { startToken } from '../../../src/scripted-model/chat-template.js';
import { DEMO_SCRIPT } from '../../../src/scripted-model/demo-script.js';
import type { Script } from '../../../src/scripted-model/script.js';
import { createScriptedModel, scriptedPieces } from '../../../src/scripted-model/scripted-model.js';
import type { ScriptedModelSize } from '../../../src/scripted-model/weights.js';
import { readGguf } from './read-gguf.js';

const SCRIPT: Script = {
  name: 'test',
  contextLength: 777,
  replies: [
    { when: 'story', text: 'The dog and the fox and the dog and the fox.\n\n**The end**  ' },
    {
      when: 'tool',
      text: '<think>thinking</think><tool_call>{"name":"f","arguments":{"a":"b"}}</tool_call>',
    },
    { when: 'euro', text: '€ 🙂 and €€', splitUtf8: true },
    { when: 'count', text: ' 1, 2, 3,', endless: true },
    { when: 'again', text: 'The' },
    { text: 'The' },
  ],
};
const EOS_ID = 2;

/** Runs the model of a file by hand: from a token to the one with the highest logit. */
function openModel(script: Script, size?: ScriptedModelSize) {
  const gguf = readGguf(createScriptedModel(script, size));
  const tokens = gguf.metadata.get('tokenizer.ggml.tokens') as string[];
  const width = gguf.metadata.get('llama.embedding_length') as number;
  const embeddings = gguf.data('token_embd.weight');
  const output = gguf.data('output.weight');
  const norm = gguf.data('output_norm.weight');
  const logits = (token: number) => {
    const embedding = embeddings.subarray(token * width, (token + 1) * width);
    const rms = Math.sqrt(embedding.reduce((sum, x) => sum + x * x, 0) / width);
    return tokens.map((_, id) =>
      embedding.reduce((sum, x, i) => sum + (x / rms) * (norm[i] ?? 0) * (output[id * width + i] ?? 0), 0),
    );
  };
  const next = (token: number) => {
    const all = logits(token);
    return all.indexOf(Math.max(...all));
  };
  /** Up to `limit` tokens after the start token of a reply, without EOS, and whether EOS was reached. */
  const say = (reply: number, limit = 200) => {
    const ids: number[] = [];
    let id = next(tokens.indexOf(startToken(reply)));
    for (; id !== EOS_ID && ids.length < limit; id = next(id)) ids.push(id);
    return { ids, ended: id === EOS_ID };
  };
  return { gguf, tokens, width, logits, next, say };
}

/** As llama.cpp prints a token. */
function printToken(token: string): Uint8Array {
  const byte = /^<0x([0-9A-F]{2})>/.exec(token)?.[1];
  return byte === undefined
    ? new TextEncoder().encode(token.replaceAll('▁', ' '))
    : Uint8Array.of(Number.parseInt(byte, 16));
}

test('a larger model has blocks of the asked size, all zero, and says the same', () => {
  const size = { blocks: 3, headSize: 64, feedForward: 96 };
  const model = openModel(SCRIPT, size);
  assert.deepEqual(model.say(0), openModel(SCRIPT).say(0));
  assert.equal(model.gguf.metadata.get('llama.block_count'), size.blocks);
  assert.equal(model.gguf.metadata.get('llama.attention.key_length'), size.headSize);
  assert.equal(model.gguf.metadata.get('llama.feed_forward_length'), size.feedForward);
  for (let block = 0; block < size.blocks; block += 1) {
    const values = model.gguf.data(`blk.${block}.attn_v.weight`);
    const up = model.gguf.data(`blk.${block}.ffn_up.weight`);
    assert.equal(values.length, model.width * size.headSize);
    assert.equal(up.length, model.width * size.feedForward);
    assert.ok([...values, ...up].every((weight) => weight === 0));
  }
});

test('walking the successors from a start token says the reply, to the byte, and then EOS', () => {
  const model = openModel(SCRIPT);
  for (const [index, { text, endless }] of SCRIPT.replies.entries()) {
    if (endless) continue;
    const { ids, ended } = model.say(index);
    assert.equal(Buffer.concat(ids.map((id) => printToken(model.tokens[id] ?? ''))).toString(), text);
    assert.ok(ended);
  }
});

test('an endless reply starts again at its first piece', () => {
  const { ids, ended } = openModel(SCRIPT).say(3, 1000);
  const period = scriptedPieces(SCRIPT)[3]?.length ?? 0;
  assert.equal(ended, false);
  assert.equal(new Set(ids).size, period);
  assert.deepEqual(ids.slice(period, 2 * period), ids.slice(0, period));
});

test('scriptedPieces are what the model says, one for each token', () => {
  const model = openModel(SCRIPT);
  for (const [index, pieces] of scriptedPieces(SCRIPT).entries()) {
    const { ids } = model.say(index, pieces.length);
    assert.deepEqual(
      pieces,
      ids.map((id) => printToken(model.tokens[id] ?? '')),
    );
  }
});

test('a split character takes one piece for each byte', () => {
  const pieces = scriptedPieces(SCRIPT)[2] ?? [];
  assert.deepEqual(
    pieces.slice(0, 8).map((piece) => [...piece]),
    [[0xe2], [0x82], [0xac], [0x20], [0xf0], [0x9f], [0x99], [0x82]],
  );
});

test('no token stands twice in the vocabulary, and each has a type and a score', () => {
  const { gguf, tokens } = openModel(SCRIPT);
  assert.equal(new Set(tokens).size, tokens.length);
  const types = gguf.metadata.get('tokenizer.ggml.token_type') as number[];
  assert.equal(types.length, tokens.length);
  assert.equal((gguf.metadata.get('tokenizer.ggml.scores') as number[]).length, tokens.length);
  const typeOf = (token: string) => types[tokens.indexOf(token)];
  assert.deepEqual(['<unk>', '</s>', startToken(5), '<0xFF>', '▁', 'The'].map(typeOf), [2, 3, 3, 6, 1, 1]);
});

test('the successor is far ahead of every other token', () => {
  const { logits, tokens } = openModel(SCRIPT);
  for (let token = 0; token < tokens.length; token++) {
    const [first = 0, second = 0] = logits(token).sort((a, b) => b - a);
    // Halved by a repeat penalty of 2 and less 130 for the other penalties it must still be ahead.
    assert.ok(first / 2 - 130 > second + 100, `${tokens[token]}: ${first} ${second}`);
  }
});

test('the block lets the embedding pass: all it adds is zero', () => {
  const { gguf } = openModel(SCRIPT);
  for (const name of ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down']) {
    assert.ok(
      gguf.data(`blk.0.${name}.weight`).every((weight) => weight === 0),
      name,
    );
  }
});

test('where a grammar forbids the successor, a string closes before an object, and an object before it grows', () => {
  const { logits, tokens } = openModel(SCRIPT);
  const all = logits(tokens.indexOf(startToken(0)));
  const ranked = ['<0x22>', '<0x7D>', '<0x2C>', '<0x7B>', '<0x61>'].map(
    (token) => all[tokens.indexOf(token)],
  );
  assert.deepEqual(
    ranked,
    [...ranked].sort((a, b) => Number(b) - Number(a)),
  );
  assert.equal(new Set(ranked).size, ranked.length);
});

test('the file carries the name, the context length and a width of a multiple of 32', () => {
  const { gguf, width } = openModel(SCRIPT);
  assert.equal(gguf.metadata.get('general.name'), 'test');
  assert.equal(gguf.metadata.get('llama.context_length'), 777);
  assert.equal(width % 32, 0);
});

test('the same script gives the same bytes', () => {
  assert.ok(Buffer.from(createScriptedModel(SCRIPT)).equals(createScriptedModel(SCRIPT)));
});

test('an invalid script is refused by both functions', () => {
  const invalid: Script = { name: 'test', replies: [] };
  assert.throws(() => createScriptedModel(invalid), /exactly one reply/);
  assert.throws(() => scriptedPieces(invalid), /exactly one reply/);
});

test('the demo names a configuration that is valid JSON, counts to 20, and is small', () => {
  const [count, fallback] = DEMO_SCRIPT.replies;
  const config = fallback?.text.split('\n').find((line) => line.startsWith('{')) ?? '';
  assert.deepEqual(JSON.parse(config), { serve: { models: { 'my-llm': { model: 'QWEN3_600M_INST_Q4' } } } });
  assert.equal(count?.text, `${Array.from({ length: 20 }, (_, i) => i + 1).join(', ')}.`);
  assert.ok(createScriptedModel(DEMO_SCRIPT).length < 1_000_000);
});
