import { z } from 'zod';

const count = z.int().nonnegative();

const listOf = <Vector extends z.ZodType>(embedding: Vector) =>
  z.strictObject({
    object: z.literal('list'),
    data: z.array(z.strictObject({ object: z.literal('embedding'), index: count, embedding })).min(1),
    model: z.string().min(1),
    usage: z.strictObject({ prompt_tokens: count, total_tokens: count }),
  });

/** What `embeddings-reply.ts` writes, by the request's `encoding_format`. */
export const embeddingsSchemas = {
  float: listOf(z.array(z.number()).min(1)).meta({ id: 'EmbeddingList' }),
  base64: listOf(z.base64().min(1).describe('Little-endian float32.')).meta({ id: 'EmbeddingListBase64' }),
};
