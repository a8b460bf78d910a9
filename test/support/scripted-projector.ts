import { type MetadataValue, type Tensor, writeGguf } from '../../src/scripted-model/gguf-writer.js';

/** Pixels of a side of the square that every image is scaled to, and of a patch of it. */
const IMAGE_SIZE = 32;
const PATCH_SIZE = 16;
const PATCHES = (IMAGE_SIZE / PATCH_SIZE) ** 2;
const WIDTH = 32;
const FEED_FORWARD_SIZE = 64;

/** Tokens that any image takes of the prompt. */
export const IMAGE_TOKENS = PATCHES;

/**
 * A GGUF file of a projector for a scripted model, of the simplest kind that llama.cpp has (`janus_pro`: a vision
 * transformer of one block, two layers on top). The real code reads, scales and encodes every image. All weights are
 * zero, and a scripted model looks at the last token of its prompt only, so what is in the image changes nothing.
 *
 * @param model the scripted model's file.
 */
export function createScriptedProjector(model: Uint8Array): Uint8Array {
  const width = embeddingLength(model);
  return writeGguf(
    new Map<string, MetadataValue>([
      ['general.architecture', { type: 'string', value: 'clip' }],
      ['clip.has_vision_encoder', { type: 'bool', value: true }],
      ['clip.projector_type', { type: 'string', value: 'janus_pro' }],
      ['clip.use_gelu', { type: 'bool', value: true }],
      ['clip.vision.image_size', { type: 'uint32', value: IMAGE_SIZE }],
      ['clip.vision.patch_size', { type: 'uint32', value: PATCH_SIZE }],
      ['clip.vision.embedding_length', { type: 'uint32', value: WIDTH }],
      ['clip.vision.feed_forward_length', { type: 'uint32', value: FEED_FORWARD_SIZE }],
      ['clip.vision.block_count', { type: 'uint32', value: 1 }],
      ['clip.vision.attention.head_count', { type: 'uint32', value: 1 }],
      ['clip.vision.attention.layer_norm_epsilon', { type: 'float32', value: 1e-6 }],
      ['clip.vision.projection_dim', { type: 'uint32', value: width }],
      ['clip.vision.image_mean', { type: 'float32[]', value: [0.5, 0.5, 0.5] }],
      ['clip.vision.image_std', { type: 'float32[]', value: [0.5, 0.5, 0.5] }],
    ]),
    [
      zeros('v.patch_embd.weight', PATCH_SIZE, PATCH_SIZE, 3, WIDTH),
      zeros('v.position_embd.weight', WIDTH, PATCHES),
      ...['ln1.weight', 'ln1.bias', 'ln2.weight', 'ln2.bias'].map((name) => zeros(`v.blk.0.${name}`, WIDTH)),
      ...['q', 'k', 'v', 'out'].map((name) => zeros(`v.blk.0.attn_${name}.weight`, WIDTH, WIDTH)),
      zeros('v.blk.0.ffn_up.weight', WIDTH, FEED_FORWARD_SIZE),
      zeros('v.blk.0.ffn_down.weight', FEED_FORWARD_SIZE, WIDTH),
      zeros('mm.0.weight', WIDTH, width),
      zeros('mm.0.bias', width),
      zeros('mm.1.weight', width, width),
      zeros('mm.1.bias', width),
    ],
  );
}

function zeros(name: string, ...shape: number[]): Tensor {
  return { name, shape, data: new Float32Array(shape.reduce((product, length) => product * length, 1)) };
}

/** From the model's metadata: the key, four bytes of the value's type, and the value. */
function embeddingLength(model: Uint8Array): number {
  const key = 'llama.embedding_length';
  const file = Buffer.from(model.buffer, model.byteOffset, model.byteLength);
  return file.readUInt32LE(file.indexOf(key) + key.length + 4);
}
