import { type MetadataValue, type Tensor, writeGguf } from '../../src/scripted-model/gguf-writer.js';

const WORDS = 2_000;
const HEAD_WIDTH = 64;

/** Measures of a random model. */
export interface RandomModelSize {
  /** Numbers in a token's vector: a multiple of 64. */
  readonly width: number;
  readonly blocks: number;
  readonly feedForward: number;
}

/** Token types of llama.cpp (`llama_token_type`). */
const TOKEN_TYPE = { text: 1, unknown: 2, control: 3, byte: 6 } as const;

const VOCABULARY: readonly (readonly [string, keyof typeof TOKEN_TYPE])[] = [
  ['<unk>', 'unknown'],
  ['<s>', 'control'],
  ['</s>', 'control'],
  ...Array.from(
    { length: 256 },
    (_, byte) => [`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, 'byte'] as const,
  ),
  ...Array.from({ length: WORDS }, (_, word) => [`▁w${word}`, 'text'] as const),
];

/**
 * A GGUF file of a llama model of random parameters, four bytes each. It talks nonsense at the price of a real model of
 * its size: all weights are read for each token. It says words only, and it never stops by itself.
 *
 * The same seed gives the same bytes.
 */
export function createRandomModel(seed: number, size: RandomModelSize): Uint8Array<ArrayBuffer> {
  const { width, blocks: count, feedForward } = size;
  const random = uniform(seed);
  const matrix = (name: string, columns: number, rows: number): Tensor => ({
    name,
    shape: [columns, rows],
    // Keeps the size of a vector about the same from one layer to the next.
    data: filled(new Float32Array(columns * rows), random, Math.sqrt(3 / columns)),
  });
  const norm = (name: string): Tensor => ({ name, shape: [width], data: new Float32Array(width).fill(1) });

  const blocks = Array.from({ length: count }, (_, index) => {
    const of = (part: string): string => `blk.${index}.${part}.weight`;
    return [
      norm(of('attn_norm')),
      matrix(of('attn_q'), width, width),
      matrix(of('attn_k'), width, width),
      matrix(of('attn_v'), width, width),
      matrix(of('attn_output'), width, width),
      norm(of('ffn_norm')),
      matrix(of('ffn_gate'), width, feedForward),
      matrix(of('ffn_up'), width, feedForward),
      matrix(of('ffn_down'), feedForward, width),
    ];
  });
  const output = matrix('output.weight', width, VOCABULARY.length);
  // Logit 0 is far below the best word: no end, and no byte that would be held back as half a character.
  output.data.fill(0, 0, (VOCABULARY.length - WORDS) * width);

  return writeGguf(metadata(size), [
    matrix('token_embd.weight', width, VOCABULARY.length),
    ...blocks.flat(),
    norm('output_norm.weight'),
    output,
  ]);
}

function metadata({ width, blocks, feedForward }: RandomModelSize): Map<string, MetadataValue> {
  const uint32 = (value: number): MetadataValue => ({ type: 'uint32', value });
  const string = (value: string): MetadataValue => ({ type: 'string', value });
  return new Map<string, MetadataValue>([
    ['general.architecture', string('llama')],
    ['general.name', string('random')],
    ['llama.context_length', uint32(4_096)],
    ['llama.embedding_length', uint32(width)],
    ['llama.block_count', uint32(blocks)],
    ['llama.feed_forward_length', uint32(feedForward)],
    ['llama.attention.head_count', uint32(width / HEAD_WIDTH)],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-6 }],
    ['llama.rope.dimension_count', uint32(HEAD_WIDTH)],
    ['llama.vocab_size', uint32(VOCABULARY.length)],
    ['tokenizer.ggml.model', string('llama')],
    ['tokenizer.ggml.tokens', { type: 'string[]', value: VOCABULARY.map(([text]) => text) }],
    ['tokenizer.ggml.scores', { type: 'float32[]', value: VOCABULARY.map(() => 0) }],
    ['tokenizer.ggml.token_type', { type: 'int32[]', value: VOCABULARY.map(([, type]) => TOKEN_TYPE[type]) }],
    ['tokenizer.ggml.unknown_token_id', uint32(0)],
    ['tokenizer.ggml.bos_token_id', uint32(1)],
    ['tokenizer.ggml.eos_token_id', uint32(2)],
    [
      'tokenizer.chat_template',
      string('{%- for message in messages -%}{{- message.content -}}{%- endfor -%}'),
    ],
  ]);
}

function filled(data: Float32Array, random: () => number, bound: number): Float32Array {
  for (let index = 0; index < data.length; index++) data[index] = random() * bound;
  return data;
}

/** Marsaglia's xorshift32, from -1 to 1. 22 million numbers in 0.1 s. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state / 2 ** 31;
  };
}
