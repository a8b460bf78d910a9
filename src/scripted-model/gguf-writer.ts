import { endianness } from 'node:os';

/** A metadata value with the GGUF type it is stored as. llama.cpp refuses a key whose type is not the one it expects. */
export type MetadataValue =
  | { readonly type: 'uint32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'int32[]' | 'float32[]'; readonly value: readonly number[] }
  | { readonly type: 'string[]'; readonly value: readonly string[] };

/** An F32 tensor. `shape` is in ggml's order: the dimension that lies contiguous in `data` comes first. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** Type numbers of the GGUF v3 specification (`gguf_metadata_value_type`). */
const TYPE_ID = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const;
const GGML_TYPE_F32 = 0;
const ALIGNMENT_BYTES = 32;

/**
 * A GGUF v3 file in memory, little-endian, tensor data aligned to 32 bytes. The same input gives the same bytes.
 *
 * Throws when a tensor's data does not fill its shape.
 * Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
 */
export function writeGguf(
  metadata: ReadonlyMap<string, MetadataValue>,
  tensors: readonly Tensor[],
): Uint8Array<ArrayBuffer> {
  // Tensor data is copied as it lies in memory.
  if (endianness() !== 'LE') throw new Error('GGUF files can only be written on a little-endian machine');

  const header: Uint8Array[] = [
    utf8('GGUF'),
    uint32(3),
    uint64(tensors.length),
    uint64(metadata.size),
    ...[...metadata].flatMap(([key, value]) => [string(key), ...typedValue(value)]),
  ];
  let dataBytes = 0;
  for (const { name, shape, data } of tensors) {
    const elements = shape.reduce((product, length) => product * length, 1);
    if (data.length !== elements) {
      throw new Error(`Tensor ${name} of shape [${shape}] needs ${elements} numbers, it has ${data.length}`);
    }
    header.push(
      string(name),
      uint32(shape.length),
      ...shape.map(uint64),
      uint32(GGML_TYPE_F32),
      uint64(dataBytes),
    );
    dataBytes += aligned(data.byteLength);
  }

  const headerBytes = concat(header);
  const file = new Uint8Array(aligned(headerBytes.length) + dataBytes);
  file.set(headerBytes);
  let offset = aligned(headerBytes.length);
  for (const { data } of tensors) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += aligned(data.byteLength);
  }
  return file;
}

function typedValue(value: MetadataValue): Uint8Array[] {
  switch (value.type) {
    case 'uint32':
      return [uint32(TYPE_ID.uint32), uint32(value.value)];
    case 'float32':
      return [uint32(TYPE_ID.float32), numbers(Float32Array, [value.value])];
    case 'bool':
      return [uint32(TYPE_ID.bool), Uint8Array.of(value.value ? 1 : 0)];
    case 'string':
      return [uint32(TYPE_ID.string), string(value.value)];
    case 'int32[]':
      return [...arrayHead(TYPE_ID.int32, value.value), numbers(Int32Array, value.value)];
    case 'float32[]':
      return [...arrayHead(TYPE_ID.float32, value.value), numbers(Float32Array, value.value)];
    case 'string[]':
      return [...arrayHead(TYPE_ID.string, value.value), ...value.value.map(string)];
  }
}

function arrayHead(elementType: number, elements: readonly unknown[]): Uint8Array[] {
  return [uint32(TYPE_ID.array), uint32(elementType), uint64(elements.length)];
}

function string(text: string): Uint8Array {
  const bytes = utf8(text);
  return concat([uint64(bytes.length), bytes]);
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function numbers(
  Numbers: Int32ArrayConstructor | Float32ArrayConstructor,
  values: readonly number[],
): Uint8Array {
  return new Uint8Array(new Numbers(values).buffer);
}

function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function uint64(value: number): Uint8Array {
  return new Uint8Array(BigUint64Array.of(BigInt(value)).buffer);
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;
}
