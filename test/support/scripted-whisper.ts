import { joinBytes } from './join-bytes.js';

/**
 * Whisper models whose words are known beforehand, whatever they hear. The real whisper.cpp decodes them: audio is read,
 * resampled, cut into windows of 30 seconds and encoded as ever; only what the decoder says is fixed.
 *
 * All layers are zero, so what reaches the output is the embedding of a position alone: a one-hot vector that the token
 * embeddings turn into the token for that position. Text that comes before, as a prompt does, moves the position.
 */

/** Positions with a token of their own; also the width of the model. */
const WIDTH = 64;
const WINDOW_FRAMES = 1_500;
const MELS = 80;
const FFT_BINS = 201;
const TEXT_CONTEXT = 448;
/** Of the English models: whisper.cpp knows the special tokens by this size. */
const VOCABULARY = 51_864;
const END_OF_TEXT = 50_256;
/** Against the embedding of the token that was said, which is added: the position decides. */
const POSITION_WEIGHT = 1_000;
/** 10 as a half-precision number. */
const TOKEN_WEIGHT = 0x4900;

/** ggml's types. What whisper.cpp multiplies with is of half precision, the rest is not. */
const FLOAT32 = 0;
const FLOAT16 = 1;

/**
 * A ggml file of a model that says `words`, each token one of them, for every 30 seconds of sound. With a prompt of n
 * tokens (one per ASCII character) it begins n + 1 words later.
 *
 * @param words at most 30: whisper.cpp takes more for a loop. They begin with their space.
 */
export function createScriptedWhisper(words: readonly string[]): Uint8Array {
  const characters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  const vocabulary = [...new Set([...characters, ...words])];
  const tokenAt = (position: number): number => {
    const word = words[position];
    return word === undefined ? END_OF_TEXT : vocabulary.indexOf(word);
  };

  const tokenEmbedding = new Uint16Array(VOCABULARY * WIDTH);
  const positionEmbedding = new Float32Array(TEXT_CONTEXT * WIDTH);
  for (let position = 0; position < WIDTH; position += 1) {
    tokenEmbedding[tokenAt(position) * WIDTH + position] = TOKEN_WEIGHT;
    positionEmbedding[position * WIDTH + position] = POSITION_WEIGHT;
  }

  return joinBytes([
    utf8('lmgg'),
    int32(VOCABULARY, WINDOW_FRAMES, WIDTH, 1, 1, TEXT_CONTEXT, WIDTH, 1, 1, MELS, FLOAT16),
    int32(MELS, FFT_BINS),
    new Uint8Array(MELS * FFT_BINS * 4),
    int32(vocabulary.length),
    ...vocabulary.flatMap((token) => [int32(Buffer.byteLength(token)), utf8(token)]),
    tensor('encoder.positional_embedding', [WIDTH, WINDOW_FRAMES], new Float32Array(WIDTH * WINDOW_FRAMES)),
    matrix('encoder.conv1.weight', 3, MELS, WIDTH),
    tensor('encoder.conv1.bias', [1, WIDTH], new Float32Array(WIDTH)),
    matrix('encoder.conv2.weight', 3, WIDTH, WIDTH),
    tensor('encoder.conv2.bias', [1, WIDTH], new Float32Array(WIDTH)),
    ...norm('encoder.ln_post'),
    ...block('encoder.blocks.0', ['attn']),
    tensor('decoder.positional_embedding', [WIDTH, TEXT_CONTEXT], positionEmbedding),
    tensor('decoder.token_embedding.weight', [WIDTH, VOCABULARY], tokenEmbedding),
    ...norm('decoder.ln'),
    ...block('decoder.blocks.0', ['attn', 'cross_attn']),
  ]);
}

function block(name: string, attentions: readonly string[]): Uint8Array[] {
  return [
    ...norm(`${name}.mlp_ln`),
    ...linear(`${name}.mlp.0`, WIDTH, 4 * WIDTH),
    ...linear(`${name}.mlp.2`, 4 * WIDTH, WIDTH),
    ...attentions.flatMap((attention) => [
      ...norm(`${name}.${attention}_ln`),
      ...linear(`${name}.${attention}.query`, WIDTH, WIDTH),
      matrix(`${name}.${attention}.key.weight`, WIDTH, WIDTH),
      ...linear(`${name}.${attention}.value`, WIDTH, WIDTH),
      ...linear(`${name}.${attention}.out`, WIDTH, WIDTH),
    ]),
  ];
}

function norm(name: string): Uint8Array[] {
  return [vector(`${name}.weight`, WIDTH, 1), vector(`${name}.bias`, WIDTH)];
}

function linear(name: string, from: number, to: number): Uint8Array[] {
  return [matrix(`${name}.weight`, from, to), vector(`${name}.bias`, to)];
}

function tensor(name: string, shape: readonly number[], values: Float32Array | Uint16Array): Uint8Array {
  const type = values instanceof Float32Array ? FLOAT32 : FLOAT16;
  return joinBytes([
    int32(shape.length, Buffer.byteLength(name), type, ...shape),
    utf8(name),
    new Uint8Array(values.buffer),
  ]);
}

function vector(name: string, size: number, value = 0): Uint8Array {
  return tensor(name, [size], new Float32Array(size).fill(value));
}

function matrix(name: string, ...shape: number[]): Uint8Array {
  return tensor(name, shape, new Uint16Array(shape.reduce((product, size) => product * size, 1)));
}

/** Little-endian, as all platforms of the SDK. */
function int32(...values: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(values).buffer);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
