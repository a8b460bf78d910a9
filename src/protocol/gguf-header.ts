/** Sizes in bytes of a GGUF file's value types, by their number. Strings (8) and arrays (9) have none. */
const SIZES: readonly (number | undefined)[] = [1, 1, 2, 2, 4, 4, 4, 1, undefined, undefined, 8, 8, 8];
const UINT32 = 4;
const STRING = 8;
const ARRAY = 9;

/**
 * The strings and unsigned 32-bit integers among a GGUF file's metadata: enough for what kind of model it is.
 * https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 *
 * @param bytes the beginning of the file. Where it ends before the metadata does, the result has what came before.
 * @returns `undefined` for a file that is not GGUF; the engine says better what is wrong with it.
 */
export function readGgufHeader(bytes: Uint8Array): ReadonlyMap<string, string | number> | undefined {
  if (toText(bytes.subarray(0, 4)) !== 'GGUF') return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 8; // after the version

  function uint32(): number {
    at += 4;
    return view.getUint32(at - 4, true);
  }
  function uint64(): number {
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  }
  function string(): string {
    const length = uint64();
    at += length;
    return toText(bytes.subarray(at - length, at));
  }
  function skip(type: number): void {
    const size = SIZES[type];
    if (size !== undefined) {
      at += size;
    } else if (type === STRING) {
      const length = uint64();
      at += length;
    } else if (type === ARRAY) {
      const elementType = uint32();
      const count = uint64();
      const elementSize = SIZES[elementType];
      if (elementSize !== undefined) at += elementSize * count;
      else for (let index = 0; index < count; index += 1) skip(elementType);
    } else {
      throw new RangeError(`unknown type ${type}`);
    }
  }

  const header = new Map<string, string | number>();
  try {
    uint64(); // tensors
    for (let keys = uint64(); keys > 0; keys -= 1) {
      const key = string();
      const type = uint32();
      if (type === UINT32) header.set(key, uint32());
      else if (type === STRING) header.set(key, string());
      else skip(type);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // read beyond the end
  }
  return header;
}

/** Bare, where this runs too, has no TextDecoder. */
function toText({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString();
}
