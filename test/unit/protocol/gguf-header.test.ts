import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readGgufHeader } from '../../../src/protocol/gguf-header.js';
import { createScriptedModel } from '../../../src/scripted-model/scripted-model.js';

const file = createScriptedModel({ name: 'header', contextLength: 300, replies: [{ text: 'Hello.' }] });

test('has the strings and numbers before and after the arrays', () => {
  const header = readGgufHeader(file);
  assert.equal(header?.get('general.architecture'), 'llama');
  assert.equal(header?.get('llama.context_length'), 300);
  assert.equal(header?.get('tokenizer.ggml.eos_token_id'), 2);
  assert.match(String(header?.get('tokenizer.chat_template')), /messages/);
});

test('of a cut-off file it has what came before', () => {
  const header = readGgufHeader(file.subarray(0, 1_000));
  assert.equal(header?.get('llama.context_length'), 300);
  assert.equal(header?.get('tokenizer.chat_template'), undefined);
});

test('of anything else there is none', () => {
  assert.equal(readGgufHeader(new TextEncoder().encode('<html>not a model</html>')), undefined);
  assert.equal(readGgufHeader(new Uint8Array()), undefined);
});
