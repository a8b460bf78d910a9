/** What the API answers, to the last field: a part of what OpenAI's own schemas allow, plus `reasoning_content`. */
import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../src/protocol/errors.js';

/** Seconds; milliseconds would be beyond the upper bound. */
const unixTime = z.int().min(1_600_000_000).max(4_000_000_000);
const count = z.int().nonnegative();
const name = z.string().min(1);

/** Errors. */
export const errorShape = z.strictObject({
  error: z
    .strictObject({
      message: z
        .string()
        .min(11)
        .refine((message) => !/\n\s+at /.test(message), 'has a stack'),
      type: z.string(),
      code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
      param: name.nullable(),
      remote: name.optional(),
    })
    .refine(({ code, type }) => ERRORS[code].type === type, 'the type is not that of the code'),
});

/** Chat, blocking. */
const usage = z
  .strictObject({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    prompt_tokens_details: z.strictObject({ cached_tokens: count }),
  })
  .refine((counts) => counts.prompt_tokens + counts.completion_tokens === counts.total_tokens, 'a wrong sum')
  .refine((counts) => counts.prompt_tokens_details.cached_tokens <= counts.prompt_tokens, 'too many cached');

const finishReason = z.enum(['stop', 'length', 'tool_calls']);

const toolCall = {
  id: z.string().startsWith('call_'),
  type: z.literal('function'),
  function: z.strictObject({ name, arguments: z.string() }),
};

const message = z
  .strictObject({
    role: z.literal('assistant'),
    content: z.string().nullable(),
    refusal: z.null(),
    reasoning_content: name.optional(),
    tool_calls: z.array(z.strictObject(toolCall)).min(1).optional(),
  })
  .refine(({ content, tool_calls }) => content !== null || tool_calls, 'neither content nor calls');

const completionHead = { id: z.string().startsWith('chatcmpl-'), created: unixTime, model: name };

export const completionShape = z.strictObject({
  ...completionHead,
  object: z.literal('chat.completion'),
  choices: z
    .array(
      z
        .strictObject({ index: count, message, logprobs: z.null(), finish_reason: finishReason })
        .refine(
          (choice) => (choice.finish_reason === 'tool_calls') === !!choice.message.tool_calls,
          'a wrong finish_reason',
        ),
    )
    .min(1)
    .refine((choices) => choices.every(({ index }, at) => index === at), 'choices out of order'),
  usage,
});

/** Chat, streamed. */
const firstDelta = z.strictObject({
  role: z.literal('assistant'),
  content: z.literal(''),
  refusal: z.null(),
});
const nextDelta = z.union([
  z.strictObject({ content: name }),
  z.strictObject({ reasoning_content: name }),
  z.strictObject({ tool_calls: z.tuple([z.strictObject({ index: count, ...toolCall })]) }),
]);

const choiceOf = <Delta extends z.ZodType, Reason extends z.ZodType>(delta: Delta, finish_reason: Reason) =>
  z.strictObject({ index: count, delta, logprobs: z.null(), finish_reason });

const chunkHead = { ...completionHead, object: z.literal('chat.completion.chunk') };

/** A chunk with a part of one choice. With `include_usage` every chunk has the field, if only as null. */
export const chunkShape = z.strictObject({
  ...chunkHead,
  choices: z.tuple([
    z.union([
      choiceOf(firstDelta, z.null()),
      choiceOf(nextDelta, z.null()),
      choiceOf(z.strictObject({}), finishReason),
    ]),
  ]),
  usage: z.null().optional(),
});

/** The chunk after the last choice, if the client asked for the counts. */
export const usageChunkShape = z.strictObject({ ...chunkHead, choices: z.tuple([]), usage });

/** Embeddings. */
const embeddingsOf = <Vector extends z.ZodType>(embedding: Vector) =>
  z.strictObject({
    object: z.literal('list'),
    data: z
      .array(z.strictObject({ object: z.literal('embedding'), index: count, embedding }))
      .min(1)
      .refine((data) => data.every(({ index }, at) => index === at), 'vectors out of order'),
    model: name,
    usage: z
      .strictObject({ prompt_tokens: count, total_tokens: count })
      .refine((counts) => counts.prompt_tokens === counts.total_tokens, 'a wrong sum'),
  });

/** By the request's `encoding_format`. */
export const embeddingsShapes = {
  float: embeddingsOf(z.array(z.number()).min(1)),
  base64: embeddingsOf(z.base64().min(1)),
};

export const transcriptionShape = z.strictObject({ text: z.string() });

/** Models. */
const model = {
  id: name,
  object: z.literal('model'),
  created: unixTime,
  owned_by: z.literal('qvac'),
};
const loaded = z.strictObject(model);
const configured = z.strictObject({
  ...model,
  state: z.enum(['idle', 'loading', 'ready', 'draining', 'unloading', 'backoff', 'failed']),
});
const listOf = <Item extends z.ZodType>(item: Item) =>
  z.strictObject({ object: z.literal('list'), data: z.array(item) });

export const modelShape = z.union([loaded, configured]);
export const modelsShape = z.union([listOf(loaded), listOf(configured)]);
export const deletedShape = z.strictObject({
  id: name,
  object: z.literal('model'),
  deleted: z.literal(true),
});
