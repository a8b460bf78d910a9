import { z } from 'zod';
import type { ZodOpenApiPathsObject } from 'zod-openapi';
import { errorSchema } from '../error-schema.js';
import { chunkSchema, completionSchema, usageChunkSchema } from '../openai/chat-reply-schema.js';
import { chatRequestSchema } from '../openai/chat-request.js';
import { embeddingsSchemas } from '../openai/embeddings-reply-schema.js';
import { embeddingsRequestSchema } from '../openai/embeddings-request.js';
import { deletedModelSchema, modelListSchema, modelSchema } from '../openai/models-reply-schema.js';
import { unloadQuerySchema } from '../openai/models-route.js';
import { callHeaders, modelId } from './parameters.js';
import { CALL_ERRORS, toResponses } from './replies.js';
import {
  transcriptEventSchema,
  transcriptionFormSchema,
  transcriptionSchema,
} from './transcription-schemas.js';

const json = <Schema extends z.ZodType>(schema: Schema) => ({ 'application/json': { schema } });

/** What OpenAI's API has too. */
export const OPENAI_PATHS: ZodOpenApiPathsObject = {
  '/v1/chat/completions': {
    post: {
      operationId: 'createChatCompletion',
      tags: ['OpenAI'],
      summary: 'Answers a conversation, at once or as a stream.',
      requestParams: { header: callHeaders },
      requestBody: { required: true, content: json(chatRequestSchema.meta({ id: 'ChatCompletionRequest' })) },
      responses: toResponses({
        description:
          'The completion. With `stream`, server-sent events: each `data:` is a chunk, with `stream_options.include_usage` the last chunk has the counts, and then comes `data: [DONE]`. A stream that breaks off ends with an error instead.',
        content: {
          ...json(completionSchema),
          'text/event-stream': { schema: z.union([chunkSchema, usageChunkSchema, errorSchema]) },
        },
        errors: [
          ...CALL_ERRORS,
          'invalid_json',
          'missing_messages',
          'context_length_exceeded',
          'invalid_response_format',
          'invalid_tool_choice',
          'tools_not_enabled',
          'unsupported_image_content',
        ],
        isCall: true,
      }),
    },
  },
  '/v1/embeddings': {
    post: {
      operationId: 'createEmbeddings',
      tags: ['OpenAI'],
      summary: 'Turns texts into vectors.',
      requestParams: { header: callHeaders },
      requestBody: {
        required: true,
        content: json(embeddingsRequestSchema.meta({ id: 'EmbeddingsRequest' })),
      },
      responses: toResponses({
        description: 'A vector per text, as numbers or in base64.',
        content: json(z.union([embeddingsSchemas.float, embeddingsSchemas.base64])),
        errors: [...CALL_ERRORS, 'invalid_json', 'missing_input', 'context_length_exceeded'],
        isCall: true,
      }),
    },
  },
  '/v1/audio/transcriptions': {
    post: {
      operationId: 'createTranscription',
      tags: ['OpenAI'],
      summary: 'Writes down what is said in a recording.',
      requestParams: { header: callHeaders },
      requestBody: {
        required: true,
        content: { 'multipart/form-data': { schema: transcriptionFormSchema } },
      },
      responses: toResponses({
        description:
          'The text, by `response_format`. With `stream`, server-sent events: it comes when all of it is there, and until then comments keep the connection alive. One that fails ends with an error instead.',
        content: {
          ...json(transcriptionSchema),
          'text/plain': { schema: z.string() },
          'text/event-stream': { schema: z.union([transcriptEventSchema, errorSchema]) },
        },
        errors: [...CALL_ERRORS, 'missing_file', 'invalid_audio', 'unsupported_response_format'],
        isCall: true,
      }),
    },
  },
  '/v1/models': {
    get: {
      operationId: 'listModels',
      tags: ['OpenAI'],
      summary: 'Lists the loaded models, or all that are configured.',
      requestParams: {
        query: z.object({ state: z.literal('all').optional().describe('All that are configured.') }),
      },
      responses: toResponses({
        description: 'The models, with their `state` if it is all of them.',
        content: json(modelListSchema),
      }),
    },
  },
  '/v1/models/{id}': {
    get: {
      operationId: 'getModel',
      tags: ['OpenAI'],
      summary: 'Tells of one model.',
      requestParams: { path: modelId },
      responses: toResponses({
        description: 'The model.',
        content: json(modelSchema),
        errors: ['model_not_found', 'model_not_allowed'],
      }),
    },
    delete: {
      operationId: 'unloadModel',
      tags: ['OpenAI'],
      summary: 'Unloads a model. Running calls may finish first.',
      requestParams: { path: modelId, query: unloadQuerySchema },
      responses: toResponses({
        description: 'It is unloaded.',
        content: json(deletedModelSchema),
        errors: ['model_not_found', 'model_not_allowed', 'invalid_value'],
      }),
    },
  },
};
