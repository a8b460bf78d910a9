import { z } from 'zod';
import { keepAliveSchema } from '../keep-alive.js';
import { decodeCl100k, isCl100kId } from './cl100k.js';

/**
 * `POST /v1/embeddings`, as OpenAI's document has it. `null` means absent. Fields that are not here are accepted.
 */

/** Most inputs of one request, as OpenAI has it. */
const MAX_INPUTS = 2048;

const text = z.string({ error: 'expected a string' }).min(1, { error: 'it must not be empty' });
const tokenId = z
  .number({ error: 'expected a token id' })
  .refine(isCl100kId, { error: 'it is no token id of cl100k_base' });
const tokens = z
  .array(tokenId, { error: 'expected an array of token ids' })
  .min(1, { error: 'it must not be empty' });

/** A list's kind is that of its first item; a union's errors would not name the item that differs. */
function schemaOf(input: unknown): z.ZodType<Input> {
  if (!Array.isArray(input)) return z.string({ error: 'expected a string or an array' });
  if (typeof input[0] === 'number') return tokens;
  const item: z.ZodType<string | number[]> = Array.isArray(input[0]) ? tokens : text;
  const error = `at most ${MAX_INPUTS} inputs go in one request`;
  return z.array(item).max(MAX_INPUTS, { error }) as z.ZodType<Input>;
}

/** A text, its tokens, several texts, or the tokens of several. */
type Input = string | number[] | string[] | number[][];

/** For readers of the API's document: the schema proper is chosen by the value. */
const DESCRIBED_INPUT = {
  description: 'A text, its tokens, several texts, or the tokens of several.',
  anyOf: [
    { type: 'string', minLength: 1 },
    { type: 'array', minItems: 1, items: { type: 'integer' } },
    { type: 'array', minItems: 1, maxItems: MAX_INPUTS, items: { type: 'string', minLength: 1 } },
    {
      type: 'array',
      minItems: 1,
      maxItems: MAX_INPUTS,
      items: { type: 'array', minItems: 1, items: { type: 'integer' } },
    },
  ],
};

const input = z
  .unknown()
  .meta(DESCRIBED_INPUT)
  .transform((value, context): Input => {
    const result = schemaOf(value).safeParse(value);
    if (result.success) return result.data;
    context.issues.push(...(result.error.issues as z.core.$ZodRawIssue[]));
    return z.NEVER;
  });

export const embeddingsRequestSchema = z.object({
  model: z.string().nullish(),
  input,
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().min(1).nullish(),
  keep_alive: keepAliveSchema.nullish(),
});

/** The texts to embed. Tokens become text again: their ids are of another vocabulary than the model's. */
export async function toTexts(input: Input): Promise<string[]> {
  const items = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input];
  return Promise.all(
    items.map(async (item) => (typeof item === 'string' ? item : decodeCl100k(item as number[]))),
  );
}

/** Whether the input is a list, each item of which gets a vector. */
export function isBatch(input: Input): boolean {
  return Array.isArray(input) && typeof input[0] !== 'number';
}
