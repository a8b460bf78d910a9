import { z } from 'zod';
import type { ChatRequest, GenerationParams, JsonSchema } from '../../protocol/jobs.js';
import { keepAliveSchema } from '../keep-alive.js';
import { messageSchema, toChatMessage } from './chat-messages.js';
import { toolChoiceSchema, toolSchema, toToolUse } from './chat-tools.js';

/** Choices of one request, each a call of its own. OpenAI allows 128; the queue of a model holds 64. */
const MAX_CHOICES = 16;

/** Fits the engine's 32-bit seed; OpenAI's is a 64-bit integer. */
const SEED_RANGE = 2 ** 32;

const jsonSchema = z.record(z.string(), z.unknown());

const responseFormat = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text') }),
  // `schema` is llama.cpp's dialect, which Instructor sends.
  z.object({ type: z.literal('json_object'), schema: jsonSchema.nullish() }),
  z.object({ type: z.literal('json_schema'), json_schema: z.object({ schema: jsonSchema }) }),
]);

/**
 * `POST /v1/chat/completions`, as OpenAI's document has it. `null` means absent wherever that document says so.
 * Fields that are not here are accepted: clients send many, and a new one must not break an old server.
 */
export const chatRequestSchema = z.object({
  model: z.string().nullish(),
  messages: z.array(messageSchema).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  n: z.int().min(1).max(MAX_CHOICES).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  // Not z.int(), which ends at 2^53.
  seed: z.number().multipleOf(1, { error: 'expected a whole number' }).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  stop: z
    .union([z.string(), z.array(z.string()).max(16)], { error: 'expected a string or an array of strings' })
    .nullish(),
  response_format: responseFormat.nullish(),
  tools: z.array(toolSchema).nullish(),
  tool_choice: toolChoiceSchema.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  keep_alive: keepAliveSchema.nullish(),
});

export type ChatRequestBody = z.output<typeof chatRequestSchema>;

/**
 * A choice of the request as the engine takes it, without the images.
 *
 * @param choice its index; with a seed, each choice has another.
 * @throws {ApiError} `invalid_tool_choice`.
 */
export function toChatRequest(body: ChatRequestBody, choice: number): ChatRequest {
  const stop = [body.stop ?? []].flat().filter((text) => text !== '');
  const tools = toToolUse(body);
  const schema = tools ? undefined : toJsonSchema(body);
  return {
    messages: body.messages.map(toChatMessage),
    params: toGenerationParams(body, choice),
    ...(stop.length > 0 && { stop }),
    ...(tools && { tools }),
    ...(schema && { jsonSchema: schema }),
  };
}

/** Parameters of the request that have no effect, for the log. */
export function ignoredParameters(body: ChatRequestBody): string[] {
  const ignored: Record<string, boolean> = {
    logprobs: body.logprobs === true,
    top_logprobs: body.top_logprobs != null,
    logit_bias: Object.keys(body.logit_bias ?? {}).length > 0,
    // The engine's grammar is one or the other.
    response_format:
      (body.tools ?? []).length > 0 && body.tool_choice !== 'none' && toJsonSchema(body) !== undefined,
  };
  return Object.keys(ignored).filter((name) => ignored[name]);
}

function toJsonSchema({ response_format: format }: ChatRequestBody): JsonSchema | undefined {
  if (format?.type === 'json_schema') return format.json_schema.schema;
  if (format?.type === 'json_object') return format.schema ?? {};
  return undefined;
}

/** The sampling parameters by the SDK's names. */
function toGenerationParams(body: ChatRequestBody, choice: number): GenerationParams {
  const predict = body.max_completion_tokens ?? body.max_tokens;
  return withoutAbsent({
    temp: body.temperature,
    top_p: body.top_p,
    predict,
    seed: typeof body.seed === 'number' ? toEngineSeed(toEngineSeed(body.seed) + choice) : undefined,
    frequency_penalty: body.frequency_penalty,
    presence_penalty: body.presence_penalty,
  });
}

function toEngineSeed(seed: number): number {
  return ((seed % SEED_RANGE) + SEED_RANGE) % SEED_RANGE;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], null | undefined> };

function withoutAbsent<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value != null)) as Present<T>;
}
