import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SUGGESTED_MODELS } from '../../../../src/cli/config/starter-config.js';
import { type CatalogueModel, matches, readCatalogue } from '../../../../src/cli/models/catalogue.js';

const MODEL: CatalogueModel = {
  constant: 'QWEN3_600M_INST_Q4',
  kind: 'chat',
  bytes: 382_000_000,
  params: '600M',
  quantization: 'Q4',
  source: 'unsloth/Qwen3-0.6B-GGUF/blob/50968/Qwen3-0.6B-Q4_0.gguf',
};

test('a search is by words of the name or the source, whatever their case and separators', () => {
  for (const search of ['qwen', 'QWEN3 inst', '0.6b', 'qwen3-600m', 'unsloth q4', '']) {
    assert.ok(matches(MODEL, { search, all: false }), search);
  }
  for (const search of ['llama', 'qwen llama']) assert.ok(!matches(MODEL, { search, all: false }), search);
});

test('a size that is not known is not small', () => {
  assert.ok(matches(MODEL, { maxBytes: 382_000_000, all: false }));
  assert.ok(!matches(MODEL, { maxBytes: 381_000_000, all: false }));
  assert.ok(!matches({ ...MODEL, bytes: null }, { maxBytes: 1e12, all: false }));
});

test('without --all there are only models that can be served', async () => {
  const [served, all] = [await readCatalogue({ all: false }), await readCatalogue({ all: true })];
  assert.deepEqual([...new Set(served.map(({ kind }) => kind))], ['chat', 'embeddings', 'transcription']);
  for (const name of ['MMPROJ_QWEN3_5_2B_MULTIMODAL_F16', 'VAD_SILERO_5_1_2', 'QWEN3_4B_INST_Q4_TENSORS']) {
    assert.ok(!served.some(({ constant }) => constant === name), name);
    assert.ok(
      all.some(({ constant }) => constant === name),
      name,
    );
  }
  const translation = await readCatalogue({ kind: 'translation', all: false });
  assert.ok(translation.length > 0 && translation.every(({ kind }) => kind === 'translation'));
});

test('within a kind the smallest come first', async () => {
  const found = await readCatalogue({ kind: 'embeddings', all: false });
  const sizes = found.map(({ bytes }) => bytes ?? 0);
  assert.deepEqual(
    sizes,
    [...sizes].sort((a, b) => a - b),
  );
});

test('what `config init` suggests is in the catalogue, and can be served', async () => {
  const served = (await readCatalogue({ all: false })).map(({ constant }) => constant);
  for (const { entry } of SUGGESTED_MODELS) assert.ok(served.includes(entry), entry);
});
