import { chatTemplate, startToken } from './chat-template.js';
import { cutPieces, type Piece, plainByteToken, SPACE_MARK } from './cut-pieces.js';
import { type MetadataValue, writeGguf } from './gguf-writer.js';
import { assertScript, type Script } from './script.js';
import { type ScriptedModelSize, SMALLEST, successorWeights } from './weights.js';

/** Token types of llama.cpp (`llama_token_type`). */
const TOKEN_TYPE = { text: 1, unknown: 2, control: 3, byte: 6 } as const;

interface Token {
  readonly text: string;
  readonly type: keyof typeof TOKEN_TYPE;
}

const UNKNOWN_ID = 0;
const BOS_ID = 1;
const EOS_ID = 2;
/** What every prompt can be tokenized with: one token per byte, nearly. */
const BASE_VOCABULARY: readonly Token[] = [
  { text: '<unk>', type: 'unknown' },
  { text: '<s>', type: 'control' },
  { text: '</s>', type: 'control' },
  ...Array.from({ length: 256 }, (_, byte): Token => ({ text: plainByteToken(byte), type: 'byte' })),
  { text: SPACE_MARK, type: 'text' },
];
const FIRST_BYTE_ID = 3;
/**
 * Under a JSON grammar a reply that is not JSON is forbidden, and the model would wander about in the grammar until
 * the context is full. It leans to these, the first the most, so that strings, arrays and objects close at once.
 */
const JSON_LEANINGS: ReadonlyMap<number, number> = new Map(
  [...'"}]:,0{'].map((sign, rank) => [FIRST_BYTE_ID + sign.charCodeAt(0), 0.1 - rank * 0.01]),
);
const DEFAULT_CONTEXT_LENGTH = 4096;

/**
 * A GGUF file (0.5 MB for 100 pieces, 3 MB for 500) of a llama model that says the script's replies and nothing else,
 * whatever the sampling settings. The same script gives the same bytes.
 *
 * Throws an Error that says what to change when the script is not valid.
 *
 * @param size makes a token cost more, and changes nothing that is said.
 */
export function createScriptedModel(script: Script, size = SMALLEST): Uint8Array<ArrayBuffer> {
  assertScript(script);
  const replies = cutReplies(script);
  const vocabulary = [
    ...BASE_VOCABULARY,
    ...startTokens(script),
    ...replies.flat().map(({ token, type }): Token => ({ text: token, type })),
  ];

  // A token that no reply uses is followed by EOS, and so is the last piece of a reply that ends.
  const successors = vocabulary.map(() => EOS_ID);
  let first = BASE_VOCABULARY.length + replies.length;
  for (const [index, pieces] of replies.entries()) {
    const last = first + pieces.length - 1;
    successors[BASE_VOCABULARY.length + index] = first;
    for (let id = first; id < last; id++) successors[id] = id + 1;
    if (script.replies[index]?.endless) successors[last] = first;
    first = last + 1;
  }

  const { width, tensors } = successorWeights(successors, JSON_LEANINGS, size);
  return writeGguf(metadata(script, vocabulary, width, size), tensors);
}

/**
 * For each reply of the script, in order, its pieces: one per token, each as the UTF-8 bytes it puts into the
 * reply. So `Buffer.concat(pieces.slice(0, n)).toString()` is what `predict: n` lets the model say.
 *
 * Throws like `createScriptedModel`.
 */
export function scriptedPieces(script: Script): readonly (readonly Uint8Array[])[] {
  assertScript(script);
  return cutReplies(script).map((pieces) => pieces.map(({ bytes }) => bytes));
}

function cutReplies(script: Script): readonly (readonly Piece[])[] {
  const taken = new Set([...BASE_VOCABULARY, ...startTokens(script)].map(({ text }) => text));
  return script.replies.map((reply) => cutPieces(reply, taken));
}

function startTokens(script: Script): readonly Token[] {
  return script.replies.map((_, index) => ({ text: startToken(index), type: 'control' }));
}

/** Keys of https://github.com/ggml-org/ggml/blob/master/docs/gguf.md that llama.cpp needs for a llama model. */
function metadata(
  script: Script,
  vocabulary: readonly Token[],
  width: number,
  { blocks, headSize, feedForward }: ScriptedModelSize,
): Map<string, MetadataValue> {
  const uint32 = (value: number): MetadataValue => ({ type: 'uint32', value });
  const string = (value: string): MetadataValue => ({ type: 'string', value });
  return new Map<string, MetadataValue>([
    ['general.architecture', string('llama')],
    ['general.name', string(script.name)],
    ['llama.context_length', uint32(script.contextLength ?? DEFAULT_CONTEXT_LENGTH)],
    ['llama.embedding_length', uint32(width)],
    ['llama.block_count', uint32(blocks)],
    ['llama.feed_forward_length', uint32(feedForward)],
    ['llama.attention.head_count', uint32(1)],
    ['llama.attention.key_length', uint32(headSize)],
    ['llama.attention.value_length', uint32(headSize)],
    ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-6 }],
    ['llama.rope.dimension_count', uint32(headSize)],
    ['llama.vocab_size', uint32(vocabulary.length)],
    ['tokenizer.ggml.model', string('llama')],
    ['tokenizer.ggml.tokens', { type: 'string[]', value: vocabulary.map(({ text }) => text) }],
    ['tokenizer.ggml.scores', { type: 'float32[]', value: vocabulary.map(() => 0) }],
    ['tokenizer.ggml.token_type', { type: 'int32[]', value: vocabulary.map(({ type }) => TOKEN_TYPE[type]) }],
    ['tokenizer.ggml.unknown_token_id', uint32(UNKNOWN_ID)],
    ['tokenizer.ggml.bos_token_id', uint32(BOS_ID)],
    ['tokenizer.ggml.eos_token_id', uint32(EOS_ID)],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: false }],
    ['tokenizer.ggml.add_space_prefix', { type: 'bool', value: false }],
    ['tokenizer.chat_template', string(chatTemplate(script.replies))],
  ]);
}
