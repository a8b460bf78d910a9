/** First bytes of the formats that the engine reads and that are in use. It decides by them too, not by a name. */
const SIGNATURES = [
  ['png', '\x89PNG\r\n\x1a\n'],
  ['jpg', '\xff\xd8\xff'],
  ['gif', 'GIF87a'],
  ['gif', 'GIF89a'],
  ['bmp', 'BM'],
] as const;

const LONGEST_SIGNATURE_BYTES = 8;

/** File name extension of an image by its content; `undefined` if it is none that the engine can read. */
export function imageExtension(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, LONGEST_SIGNATURE_BYTES)).toString('latin1');
  return SIGNATURES.find(([, signature]) => start.startsWith(signature))?.[0];
}
