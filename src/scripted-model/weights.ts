import type { Tensor } from './gguf-writer.js';

/**
 * How far the next token's logit is above all others. Temperature 2 halves it, a repeat penalty of 2 halves it
 * again, and a frequency and a presence penalty of 2 over the last 64 tokens take 130: enough is left.
 */
const LOGIT_MARGIN = 1000;
/** Measures of a scripted model. Its blocks do nothing: they are there because llama.cpp wants one, and for what they cost. */
export interface ScriptedModelSize {
  readonly blocks: number;
  /** Numbers in a token's key, and in its value: each block has one attention head. A multiple of 32. */
  readonly headSize: number;
  /** A multiple of 32. */
  readonly feedForward: number;
}

/** As small as it can be. */
export const SMALLEST: ScriptedModelSize = { blocks: 1, headSize: 32, feedForward: 32 };
/** Keeps rows aligned for every backend. */
const WIDTH_STEP = 32;

export interface Weights {
  /** Length of an embedding. */
  readonly width: number;
  readonly tensors: readonly Tensor[];
}

/**
 * The weights of a llama model in which each token has one successor: `successors[id]`.
 *
 * Each token that follows another has a dimension of its own. A token's embedding is the unit vector of its
 * successor's dimension; the blocks' weights are zero, so the vector passes them unchanged; the output matrix gives
 * the token of that dimension its logit.
 *
 * `leanings` (token id to a share of the margin, well below 1) is what the model prefers where a grammar forbids
 * the successor.
 */
export function successorWeights(
  successors: readonly number[],
  leanings: ReadonlyMap<number, number>,
  { blocks, headSize, feedForward }: ScriptedModelSize,
): Weights {
  const dimensions = new Map([...new Set(successors)].map((id, dimension) => [id, dimension]));
  const width = Math.ceil(dimensions.size / WIDTH_STEP) * WIDTH_STEP;

  const embeddings = new Float32Array(successors.length * width);
  for (const [id, successor] of successors.entries())
    embeddings[id * width + (dimensions.get(successor) ?? 0)] = 1;
  const output = new Float32Array(successors.length * width);
  for (const [id, share] of leanings) output.fill(share, id * width, (id + 1) * width);
  for (const [id, dimension] of dimensions) output[id * width + dimension] = 1;

  const zeros = (name: string, ...shape: [number, number]): Tensor => ({
    name: `${name}.weight`,
    shape,
    data: new Float32Array(shape[0] * shape[1]),
  });
  const norm = (name: string, value: number): Tensor => ({
    name: `${name}.weight`,
    shape: [width],
    data: new Float32Array(width).fill(value),
  });
  const block = (name: string): Tensor[] => [
    norm(`${name}.attn_norm`, 1),
    zeros(`${name}.attn_q`, width, headSize),
    zeros(`${name}.attn_k`, width, headSize),
    zeros(`${name}.attn_v`, width, headSize),
    zeros(`${name}.attn_output`, headSize, width),
    norm(`${name}.ffn_norm`, 1),
    zeros(`${name}.ffn_gate`, width, feedForward),
    zeros(`${name}.ffn_up`, width, feedForward),
    zeros(`${name}.ffn_down`, feedForward, width),
  ];
  const tensors = [
    { name: 'token_embd.weight', shape: [width, successors.length], data: embeddings },
    ...Array.from({ length: blocks }, (_, index) => block(`blk.${index}`)).flat(),
    // RMS normalisation makes the 1 of a unit vector the square root of its width.
    norm('output_norm', LOGIT_MARGIN / Math.sqrt(width)),
    { name: 'output.weight', shape: [width, successors.length], data: output },
  ];
  return { width, tensors };
}
