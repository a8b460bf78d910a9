import { z } from 'zod';
import { ApiError } from '../../protocol/errors.js';
import type { ToolDefinition, ToolUse } from '../../protocol/jobs.js';

const functionName = z.string().regex(/^[\w.-]{1,64}$/, {
  error: 'expected 1 to 64 letters, digits, dashes, dots or underscores',
});

/** A function that the client offers. `strict` is always so where a call is enforced. */
export const toolSchema = z.object({
  type: z.literal('function'),
  function: z.object({
    name: functionName,
    description: z.string().nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
});

/** Which function must or may be called. */
export const toolChoiceSchema = z.union(
  [
    z.enum(['none', 'auto', 'required']),
    z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) }),
  ],
  { error: 'expected "none", "auto", "required" or {"type": "function", "function": {"name": …}}' },
);

interface ToolFields {
  readonly tools?: z.output<typeof toolSchema>[] | null | undefined;
  readonly tool_choice?: z.output<typeof toolChoiceSchema> | null | undefined;
  readonly parallel_tool_calls?: boolean | null | undefined;
}

/**
 * What the model may call, or `undefined` if nothing.
 *
 * @throws {ApiError} `invalid_tool_choice` if the choice names what was not offered.
 */
export function toToolUse({
  tools,
  tool_choice: choice,
  parallel_tool_calls,
}: ToolFields): ToolUse | undefined {
  const offered = (tools ?? []).map(toDefinition);
  if (offered.length === 0) {
    if (choice == null) return undefined;
    throw new ApiError('invalid_tool_choice', "'tool_choice' is allowed only with 'tools'.", {
      param: 'tool_choice',
    });
  }
  const parallel = parallel_tool_calls ?? true;
  if (choice === 'none') return undefined;
  if (choice == null || choice === 'auto') return { definitions: offered, choice: 'auto', parallel };
  if (choice === 'required') return { definitions: offered, choice: 'required', parallel };
  const { name } = choice.function;
  const named = offered.filter((definition) => definition.name === name);
  if (named.length > 0) return { definitions: named, choice: 'required', parallel };
  const names = offered.map((definition) => `'${definition.name}'`).join(', ');
  throw new ApiError(
    'invalid_tool_choice',
    `'tool_choice' names '${name}', which 'tools' does not have: ${names}.`,
    {
      param: 'tool_choice',
    },
  );
}

function toDefinition({
  function: { name, description, parameters },
}: z.output<typeof toolSchema>): ToolDefinition {
  return {
    name,
    description: description ?? '',
    parameters: parameters ?? { type: 'object', properties: {} },
  };
}
