import { z } from 'zod';
import type { ChatMessage } from '../../protocol/jobs.js';

const part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('refusal'), refusal: z.string() }),
  z.object({ type: z.literal('image_url'), image_url: z.object({ url: z.string() }) }),
]);

const content = z
  .union([z.string(), z.array(part)], { error: 'expected a string or an array of parts' })
  .nullish();

/** What an assistant called. `arguments` is JSON as the model wrote it, which may be none. */
const toolCall = z.object({ function: z.object({ name: z.string(), arguments: z.string().nullish() }) });

const plain = <Role extends string>(role: Role) => z.object({ role: z.literal(role), content });

/** A message of a request. */
export const messageSchema = z.discriminatedUnion('role', [
  plain('system'),
  plain('developer'),
  plain('user'),
  plain('assistant').extend({
    tool_calls: z.array(toolCall).nullish(),
    function_call: toolCall.shape.function.nullish(),
  }),
  plain('tool').extend({ tool_call_id: z.string() }),
  plain('function').extend({ name: z.string() }),
]);

/** A message as a client sends it. */
export type Message = z.output<typeof messageSchema>;
type Part = z.output<typeof part>;

/** A message as the engine takes it, without its images. */
export function toChatMessage(message: Message): ChatMessage {
  const parts: Part[] =
    typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : (message.content ?? []);
  return {
    role: toEngineRole(message.role),
    // Half of a surrogate pair is no UTF-8, and the engine would refuse the whole request for it.
    content: [...parts.map(toText), ...toolCallsOf(message)].join('').toWellFormed(),
  };
}

function toEngineRole(role: Message['role']): ChatMessage['role'] {
  if (role === 'developer') return 'system';
  if (role === 'function') return 'tool';
  return role;
}

function toText(one: Part): string {
  if (one.type === 'text') return one.text;
  return one.type === 'refusal' ? one.refusal : '';
}

/** Calls go back as the model wrote them. Most models that call tools write this form, or understand it. */
function toolCallsOf(message: Message): string[] {
  if (message.role !== 'assistant') return [];
  const calls = (message.tool_calls ?? []).map((call) => call.function);
  if (message.function_call) calls.push(message.function_call);
  return calls.map(
    ({ name, arguments: json }) =>
      `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": ${json || '{}'}}\n</tool_call>`,
  );
}
