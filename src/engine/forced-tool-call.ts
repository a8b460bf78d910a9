import type { ChatMessage, JsonSchema, ToolDefinition } from '../protocol/jobs.js';

/**
 * A forced call is a reply whose grammar allows nothing else: the SDK's own tools only offer, and a model may decline.
 * The definitions go into the system prompt; the reply is `{"name": …, "arguments": {…}}`.
 */
export function forcedToolSchema(definitions: readonly ToolDefinition[]): JsonSchema {
  // References are looked up from the root, so what they name must stand there.
  const shared = { $defs: {}, definitions: {} };
  const calls = definitions.map(({ name, parameters }) => {
    const { $defs = {}, definitions = {}, ...schema } = parameters;
    Object.assign(shared.$defs, $defs);
    Object.assign(shared.definitions, definitions);
    return {
      type: 'object',
      properties: { name: { const: name }, arguments: schema },
      required: ['name', 'arguments'],
      additionalProperties: false,
    };
  });
  const [only] = calls;
  const root = calls.length === 1 && only ? only : { anyOf: calls };
  const named = Object.entries(shared).filter(([, schemas]) => Object.keys(schemas).length > 0);
  return { ...root, ...Object.fromEntries(named) };
}

/** The conversation with the definitions of the functions, one of which the model must call. */
export function withToolDefinitions(
  messages: readonly ChatMessage[],
  definitions: readonly ToolDefinition[],
): ChatMessage[] {
  const prompt = [
    'Answer with one function call, as JSON: {"name": <function>, "arguments": <object>}. The functions are:',
    ...definitions.map((definition) => JSON.stringify(definition)),
  ].join('\n');
  const [first, ...others] = messages;
  if (first?.role !== 'system') return [{ role: 'system', content: prompt }, ...messages];
  return [{ ...first, content: `${first.content}\n\n${prompt}` }, ...others];
}

/** The call that a finished reply is, or `undefined` if it was cut off before its end. */
export function parseForcedToolCall(reply: string): { name: string; arguments: string } | undefined {
  try {
    const call = JSON.parse(reply) as { name: string; arguments: object };
    return { name: call.name, arguments: JSON.stringify(call.arguments) };
  } catch {
    return undefined;
  }
}
