import { z } from 'zod';

/** What `chat-reply.ts` and `chat-frames.ts` write, as schemas. */

const count = z.int().nonnegative();
const name = z.string().min(1);

/** Token counts. */
const usageSchema = z
  .strictObject({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    prompt_tokens_details: z.strictObject({ cached_tokens: count }),
  })
  .meta({ id: 'ChatUsage', description: 'Token counts, by the engine.' });

const finishReason = z.enum(['stop', 'length', 'tool_calls']);

const toolCall = {
  id: z.templateLiteral(['call_', z.string()]),
  type: z.literal('function'),
  function: z.strictObject({ name, arguments: z.string().describe('JSON.') }),
};

const message = z.strictObject({
  role: z.literal('assistant'),
  content: z.string().nullable(),
  refusal: z.null(),
  reasoning_content: name.optional().describe('What the model thought before its answer.'),
  tool_calls: z.array(z.strictObject(toolCall)).min(1).optional(),
});

const head = {
  id: z.templateLiteral(['chatcmpl-', z.string()]),
  created: z.int().describe('Unix time in seconds.'),
  model: name,
};

/** A blocking completion. */
export const completionSchema = z
  .strictObject({
    ...head,
    object: z.literal('chat.completion'),
    choices: z
      .array(z.strictObject({ index: count, message, logprobs: z.null(), finish_reason: finishReason }))
      .min(1),
    usage: usageSchema,
  })
  .meta({ id: 'ChatCompletion' });

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

const chunkHead = { ...head, object: z.literal('chat.completion.chunk') };

/** A chunk with a part of one choice. With `include_usage` every chunk has the field, if only as null. */
export const chunkSchema = z
  .strictObject({
    ...chunkHead,
    choices: z.tuple([
      z.union([
        choiceOf(firstDelta, z.null()),
        choiceOf(nextDelta, z.null()),
        choiceOf(z.strictObject({}), finishReason),
      ]),
    ]),
    usage: z.null().optional(),
  })
  .meta({ id: 'ChatCompletionChunk' });

/** The chunk after the last choice, if the client asked for the counts. */
export const usageChunkSchema = z
  .strictObject({ ...chunkHead, choices: z.tuple([]), usage: usageSchema })
  .meta({ id: 'ChatCompletionUsageChunk' });
