/** Bytes one after another. A plain array: newer type definitions take a `Buffer` for another thing. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}
