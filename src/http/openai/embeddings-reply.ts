import { endianness } from 'node:os';

export type EncodingFormat = 'float' | 'base64';

/** One vector as JSON: its numbers, or in base64 as little-endian float32. */
export function toEmbeddingObject(vector: Float32Array, index: number, format: EncodingFormat): string {
  const embedding = format === 'base64' ? toBase64(vector) : Array.from(vector);
  return JSON.stringify({ object: 'embedding', index, embedding });
}

/** The body of the reply. Its parts are JSON already: they were written while the engine was at the next batch. */
export function toEmbeddingList(embeddings: readonly string[], model: string, promptTokens: number): string {
  const usage = { prompt_tokens: promptTokens, total_tokens: promptTokens };
  const rest = JSON.stringify({ model, usage }).slice(1);
  return `{"object":"list","data":[${embeddings.join(',')}],${rest}`;
}

/** The first numbers of a vector as a vector of length 1. All zeros stay so. */
export function shortenVector(vector: Float32Array, dimensions: number): Float32Array {
  const short = vector.slice(0, dimensions);
  const length = Math.sqrt(short.reduce((sum, value) => sum + value * value, 0));
  return length > 0 ? short.map((value) => value / length) : short;
}

function toBase64(vector: Float32Array): string {
  const bytes = Buffer.from(vector.slice().buffer);
  return (endianness() === 'LE' ? bytes : bytes.swap32()).toString('base64');
}
