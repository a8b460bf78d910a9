/**
 * The first bytes of the formats that are taken, all of which FFmpeg decodes: one character per byte; `?` is any.
 */
const SIGNATURES = [
  'RIFF????WAVE',
  'RF64????WAVE', // WAV beyond 4 GB, which some recorders always write
  'ID3', // MP3 and AAC with tags in front
  '????ftyp', // MP4, M4A
  'OggS',
  'fLaC',
  '\x1a\x45\xdf\xa3', // WebM, Matroska
];

/** Whether a file is of a format that holds audio, by its first bytes. */
export function isAudio(head: Uint8Array): boolean {
  return SIGNATURES.some((signature) => startsWith(head, signature)) || isFrame(head);
}

function startsWith(head: Uint8Array, signature: string): boolean {
  return [...signature].every((byte, index) =>
    byte === '?' ? index < head.length : byte.charCodeAt(0) === head[index],
  );
}

/**
 * MP3 and AAC without tags begin with a frame: eleven bits that are set, a version that is not the reserved one, and no
 * layer I, which nobody has, but text in UTF-16 looks like it.
 */
function isFrame([first = 0, second = 0]: Uint8Array): boolean {
  return first === 0xff && (second & 0xe0) === 0xe0 && (second & 0x18) !== 0x08 && (second & 0x06) !== 0x06;
}
