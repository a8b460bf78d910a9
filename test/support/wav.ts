/** What a WAV file of a test is like: 16-bit mono samples, unless it says otherwise. */
interface WavOptions {
  readonly sampleRate?: number;
  readonly bitsPerSample?: 8 | 16;
  /** Number of the codec; 1 is plain samples. */
  readonly codec?: number;
  /** Bytes of sound that the header promises, if not those that are there. */
  readonly promisedBytes?: number;
}

const HEADER_BYTES = 44;

/** A WAV file of silence. */
export function createWav(seconds: number, options: WavOptions = {}): Uint8Array<ArrayBuffer> {
  const { sampleRate = 16_000, bitsPerSample = 16, codec = 1 } = options;
  const frameBytes = bitsPerSample / 8;
  const soundBytes = Math.round(seconds * sampleRate) * frameBytes;
  const wav = new Uint8Array(HEADER_BYTES + soundBytes);
  if (bitsPerSample === 8) wav.fill(0x80, HEADER_BYTES); // silence of unsigned samples
  const view = new DataView(wav.buffer);
  const writeText = (at: number, text: string) => wav.set(new TextEncoder().encode(text), at);
  writeText(0, 'RIFF');
  view.setUint32(4, HEADER_BYTES - 8 + soundBytes, true);
  writeText(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, codec, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, bitsPerSample, true);
  writeText(36, 'data');
  view.setUint32(40, options.promisedBytes ?? soundBytes, true);
  return wav;
}
