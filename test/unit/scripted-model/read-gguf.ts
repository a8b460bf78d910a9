/** What a GGUF v3 file says. Tensor data is read by name, as F32. */
export interface Gguf {
  readonly metadata: ReadonlyMap<string, unknown>;
  readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[]; readonly offset: number }>;
  data(name: string): Float32Array;
}

/** A second reading of the format, written apart from the writer: it shares no code with it. */
export function readGguf(file: Uint8Array): Gguf {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  const u32 = () => {
    at += 4;
    return view.getUint32(at - 4, true);
  };
  const u64 = () => {
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  };
  const string = () => {
    const length = u64();
    at += length;
    return new TextDecoder('utf-8', { fatal: true }).decode(file.subarray(at - length, at));
  };
  const value = (type: number): unknown => {
    if (type === 4) return u32();
    if (type === 5) return u32() | 0;
    if (type === 6) {
      at += 4;
      return view.getFloat32(at - 4, true);
    }
    if (type === 7) {
      at += 1;
      return view.getUint8(at - 1) === 1;
    }
    if (type === 8) return string();
    if (type === 9) {
      const elementType = u32();
      return Array.from({ length: u64() }, () => value(elementType));
    }
    throw new Error(`Unknown metadata type ${type} at byte ${at}`);
  };

  const magic = new TextDecoder().decode(file.subarray(0, 4));
  at = 4;
  const version = u32();
  if (magic !== 'GGUF' || version !== 3) throw new Error(`Not GGUF v3: ${magic} ${version}`);
  const tensorCount = u64();
  const keyCount = u64();
  const metadata = new Map(Array.from({ length: keyCount }, () => [string(), value(u32())] as const));
  const tensors = new Map(
    Array.from({ length: tensorCount }, () => {
      const name = string();
      const shape = Array.from({ length: u32() }, u64);
      const type = u32();
      if (type !== 0) throw new Error(`Tensor ${name} is not F32 but ${type}`);
      return [name, { shape, offset: u64() }] as const;
    }),
  );
  const dataStart = Math.ceil(at / 32) * 32;
  return {
    metadata,
    tensors,
    data(name) {
      const tensor = tensors.get(name);
      if (tensor === undefined) throw new Error(`No tensor ${name}`);
      const length = tensor.shape.reduce((product, size) => product * size, 1);
      return Float32Array.from({ length }, (_, i) =>
        view.getFloat32(dataStart + tensor.offset + 4 * i, true),
      );
    },
  };
}
