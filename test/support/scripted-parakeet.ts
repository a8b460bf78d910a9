import { type MetadataValue, type Tensor, writeGguf } from '../../src/scripted-model/gguf-writer.js';

/** Width of the model. What a recording costs in memory is the square of its length, for each head. */
const WIDTH = 8;
const HEADS = 1;
const MELS = 8;
const FFT_SIZE = 512;
const WINDOW_SAMPLES = 400;
const CHANNELS = 4;
/** What the three convolutions at the beginning, each of which halves them, leave of the mels. */
const FREQUENCIES = MELS / 8;
const CONVOLUTION_FRAMES = 3;

/**
 * A GGUF file of a Parakeet model (of the CTC kind) that says `text` once, whatever it hears, or nothing if that is empty.
 * The real parakeet.cpp runs it: audio is read, resampled and encoded as ever. All weights are zero, so that the bias of
 * the last layer decides. There one token, which is all of the text, wins in every frame, and CTC takes one that is
 * repeated for one.
 *
 * @param sampleRate of the sound that the model expects. The engine fails if it is not what the SDK makes, 16 kHz.
 */
export function createScriptedParakeet(text: string, sampleRate = 16_000): Uint8Array<ArrayBuffer> {
  const vocabulary = ['<unk>', `▁${text.replaceAll(' ', '▁')}`];
  const blank = vocabulary.length;
  const bias = new Float32Array(vocabulary.length + 1);
  bias[text === '' ? blank : 1] = 1;
  return writeGguf(
    new Map<string, MetadataValue>([
      ['general.architecture', { type: 'string', value: 'parakeet-ctc' }],
      ['parakeet.model.type', { type: 'string', value: 'ctc' }],
      ...uint32s('parakeet.encoder', {
        d_model: WIDTH,
        n_layers: 1,
        n_heads: HEADS,
        ff_dim: WIDTH,
        conv_kernel: CONVOLUTION_FRAMES,
        subsampling_factor: 8,
        subsampling_conv_channels: CHANNELS,
        subsampling_freq_bins: FREQUENCIES,
      }),
      ...uint32s('parakeet.preproc', {
        sample_rate: sampleRate,
        n_fft: FFT_SIZE,
        win_length: WINDOW_SAMPLES,
        n_mels: MELS,
      }),
      ...uint32s('parakeet.ctc', { vocab_size: bias.length, blank_id: blank }),
      ['tokenizer.ggml.tokens', { type: 'string[]', value: vocabulary }],
    ]),
    [
      zeros('preproc.mel_filterbank', FFT_SIZE / 2 + 1, MELS),
      zeros('preproc.window', WINDOW_SAMPLES),
      ...subsampling('encoder.subsampling'),
      ...block('encoder.blk.0.'),
      zeros('ctc.decoder.weight', WIDTH, bias.length),
      { name: 'ctc.decoder.bias', shape: [bias.length], data: bias },
    ],
  );
}

function uint32s(prefix: string, values: Readonly<Record<string, number>>): [string, MetadataValue][] {
  return Object.entries(values).map(([key, value]) => [`${prefix}.${key}`, { type: 'uint32', value }]);
}

function subsampling(name: string): Tensor[] {
  const convolutions: [name: string, shape: readonly number[]][] = [
    ['conv0', [3, 3, 1, CHANNELS]],
    ['conv1_dw', [3, 3, 1, CHANNELS]],
    ['conv1_pw', [1, 1, CHANNELS, CHANNELS]],
    ['conv2_dw', [3, 3, 1, CHANNELS]],
    ['conv2_pw', [1, 1, CHANNELS, CHANNELS]],
  ];
  return [
    ...convolutions.flatMap(([part, shape]) => [
      zeros(`${name}.${part}.weight`, ...shape),
      zeros(`${name}.${part}.bias`, CHANNELS),
    ]),
    zeros(`${name}.out.weight`, CHANNELS * FREQUENCIES, WIDTH),
    zeros(`${name}.out.bias`, WIDTH),
  ];
}

function block(prefix: string): Tensor[] {
  const norms = ['norm_ff1', 'norm_attn', 'norm_conv', 'norm_ff2', 'norm_out'];
  const squares = ['ff1.linear1', 'ff1.linear2', 'ff2.linear1', 'ff2.linear2'].concat(
    ['attn.q', 'attn.k', 'attn.v', 'attn.out', 'attn.pos'],
    ['conv.pw2'],
  );
  return [
    ...norms.flatMap((norm) => [
      zeros(`${prefix}${norm}.weight`, WIDTH),
      zeros(`${prefix}${norm}.bias`, WIDTH),
    ]),
    ...squares.map((square) => zeros(`${prefix}${square}.weight`, WIDTH, WIDTH)),
    zeros(`${prefix}attn.pos_bias_u`, WIDTH / HEADS, HEADS),
    zeros(`${prefix}attn.pos_bias_v`, WIDTH / HEADS, HEADS),
    zeros(`${prefix}conv.pw1.weight`, WIDTH, 2 * WIDTH),
    zeros(`${prefix}conv.dw.weight`, CONVOLUTION_FRAMES, 1, WIDTH),
    zeros(`${prefix}conv.bn.scale`, WIDTH),
    zeros(`${prefix}conv.bn.shift`, WIDTH),
  ];
}

function zeros(name: string, ...shape: number[]): Tensor {
  return { name, shape, data: new Float32Array(shape.reduce((product, length) => product * length, 1)) };
}
