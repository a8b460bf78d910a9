import { z } from 'zod';
import type { ChatMessage, GenerationParams } from '../../protocol/jobs.js';

/**
 * `POST /v1/chat/completions`, as OpenAI's document has it. `null` means absent wherever that document says so.
 * Fields that are not here are accepted: clients send many, and a new one must not break an old server.
 */

const textPart = z.object({ type: z.literal('text'), text: z.string() });

const content = z.union([z.string(), z.array(textPart)], {
  error: 'expected a string or an array of text parts',
});

const message = z.object({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: content.nullish(),
});

/** Fits the engine's 32-bit seed; OpenAI's is a 64-bit integer. */
const SEED_RANGE = 2 ** 32;

export const chatRequestSchema = z.object({
  model: z.string().nullish(),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  // Not z.int(), which ends at 2^53.
  seed: z.number().multipleOf(1, { error: 'expected a whole number' }).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
});

export type ChatRequestBody = z.output<typeof chatRequestSchema>;

/** The conversation as the engine takes it. */
export function toChatMessages(body: ChatRequestBody): ChatMessage[] {
  return body.messages.map(({ role, content }) => ({ role: toEngineRole(role), content: toText(content) }));
}

/** The sampling parameters by the SDK's names. */
export function toGenerationParams(body: ChatRequestBody): GenerationParams {
  const predict = body.max_completion_tokens ?? body.max_tokens;
  return withoutAbsent({
    temp: body.temperature,
    top_p: body.top_p,
    predict,
    seed: typeof body.seed === 'number' ? toEngineSeed(body.seed) : undefined,
    frequency_penalty: body.frequency_penalty,
    presence_penalty: body.presence_penalty,
  });
}

function toEngineRole(role: ChatRequestBody['messages'][number]['role']): ChatMessage['role'] {
  if (role === 'developer') return 'system';
  if (role === 'function') return 'tool';
  return role;
}

function toText(content: ChatRequestBody['messages'][number]['content']): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map(({ text }) => text).join('');
}

function toEngineSeed(seed: number): number {
  return ((seed % SEED_RANGE) + SEED_RANGE) % SEED_RANGE;
}

type Present<T> = { [K in keyof T]?: Exclude<T[K], null | undefined> };

function withoutAbsent<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value != null)) as Present<T>;
}
