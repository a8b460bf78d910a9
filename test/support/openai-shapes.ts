/**
 * What the API answers, to the last field: the schemas of its document, a part of what OpenAI's own allow plus
 * `reasoning_content`, and what no schema can say.
 */
import { z } from 'zod';
import { errorSchema } from '../../src/http/error-schema.js';
import { chunkSchema, completionSchema, usageChunkSchema } from '../../src/http/openai/chat-reply-schema.js';
import { embeddingsSchemas } from '../../src/http/openai/embeddings-reply-schema.js';
import {
  configuredModelSchema,
  deletedModelSchema,
  loadedModelSchema,
  modelListSchema,
} from '../../src/http/openai/models-reply-schema.js';
import { transcriptEventSchema, transcriptionSchema } from '../../src/http/openapi/transcription-schemas.js';
import { ERRORS } from '../../src/protocol/errors.js';

/** Seconds; milliseconds would be beyond the upper bound. */
const isUnixTime = ({ created }: { created: number }) => created > 1_600_000_000 && created < 4_000_000_000;

/** Errors. */
export const errorShape = errorSchema
  .refine(({ error }) => error.message.length > 10, 'says next to nothing')
  .refine(({ error }) => !/\n\s+at /.test(error.message), 'has a stack')
  .refine(({ error }) => ERRORS[error.code].type === error.type, 'the type is not that of the code');

/** Chat, blocking. */
type Counts = z.infer<typeof completionSchema>['usage'];
const isSum = (usage: Counts) => usage.prompt_tokens + usage.completion_tokens === usage.total_tokens;
const isCacheable = (usage: Counts) => usage.prompt_tokens_details.cached_tokens <= usage.prompt_tokens;
const isInOrder = (items: readonly { index: number }[]) => items.every(({ index }, at) => index === at);

export const completionShape = completionSchema
  .refine(isUnixTime, 'not in seconds')
  .refine(({ usage }) => isSum(usage), 'a wrong sum')
  .refine(({ usage }) => isCacheable(usage), 'too many cached')
  .refine(({ choices }) => isInOrder(choices), 'choices out of order')
  .refine(
    ({ choices }) => choices.every(({ message }) => message.content !== null || message.tool_calls),
    'neither content nor calls',
  )
  .refine(
    ({ choices }) =>
      choices.every((choice) => (choice.finish_reason === 'tool_calls') === !!choice.message.tool_calls),
    'a wrong finish_reason',
  );

/** Chat, streamed. */
export const chunkShape = chunkSchema.refine(isUnixTime, 'not in seconds');
export const usageChunkShape = usageChunkSchema
  .refine(isUnixTime, 'not in seconds')
  .refine(({ usage }) => isSum(usage), 'a wrong sum')
  .refine(({ usage }) => isCacheable(usage), 'too many cached');

/** Embeddings, by the request's `encoding_format`. */
interface Embeddings {
  readonly data: readonly { index: number }[];
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number };
}
const isCounted = ({ usage }: Embeddings) => usage.prompt_tokens === usage.total_tokens;

export const embeddingsShapes = {
  float: embeddingsSchemas.float
    .refine(({ data }) => isInOrder(data), 'vectors out of order')
    .refine(isCounted, 'a wrong sum'),
  base64: embeddingsSchemas.base64
    .refine(({ data }) => isInOrder(data), 'vectors out of order')
    .refine(isCounted, 'a wrong sum'),
};

export const transcriptionShape = transcriptionSchema;
export const transcriptEventShape = transcriptEventSchema;

/** Models. */
export const modelShape = z
  .union([loadedModelSchema, configuredModelSchema])
  .refine(isUnixTime, 'not in seconds');
export const modelsShape = modelListSchema.refine(({ data }) => data.every(isUnixTime), 'not in seconds');
export const deletedShape = deletedModelSchema;
