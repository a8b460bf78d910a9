const CHUNK_HEADER_BYTES = 8;
const FIRST_CHUNK = 12;

/** Programs that write to a pipe don't know the length, and put one that no file has, or none. */
const LONGEST_BYTES = 0x7ffff000;

/**
 * How many bytes a WAV file lacks of the sound that its header promises. FFmpeg would take what is there for the whole,
 * and the client half a text for all of it. Other formats either fail at a cut by themselves, or (MP3, Ogg, WebM) are
 * made to be played while they come and don't tell.
 *
 * @param head the beginning of the file.
 * @param size of the whole file in bytes.
 * @returns 0 if all is there, if the header doesn't say, or if it is no WAV file.
 */
export function missingWavBytes(head: Uint8Array, size: number): number {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const textAt = (at: number): string => String.fromCharCode(...head.subarray(at, at + 4));
  if (textAt(0) !== 'RIFF' || textAt(8) !== 'WAVE') return 0;
  for (let at = FIRST_CHUNK; at + CHUNK_HEADER_BYTES <= head.length; ) {
    const length = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEADER_BYTES;
    if (textAt(at) === 'data') return length > LONGEST_BYTES ? 0 : Math.max(0, start + length - size);
    at = start + length + (length % 2);
  }
  return 0;
}
