import type { z } from 'zod';
import { ApiError, type ErrorCode } from '../protocol/errors.js';

/**
 * A request body, checked against its schema.
 *
 * @param required fields that must be there and not be empty, with the code that says so.
 * @throws {ApiError} one of those codes, `invalid_type` or `invalid_value`, with the first field at fault as `param`,
 *   written as OpenAI does: `messages[0].role`.
 */
export function parseBody<Schema extends z.ZodType>(
  schema: Schema,
  body: unknown,
  required: Readonly<Record<string, ErrorCode>>,
): z.output<Schema> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new ApiError('invalid_type', 'The request body must be a JSON object.');
  }
  for (const [field, code] of Object.entries(required)) {
    if (isEmpty((body as Record<string, unknown>)[field])) {
      throw new ApiError(code, `'${field}' is required and must not be empty.`, { param: field });
    }
  }
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = deepestIssue(result.error.issues);
  const param = toParam(issue.path);
  const code = issue.code === 'invalid_type' ? 'invalid_type' : 'invalid_value';
  throw new ApiError(code, `Invalid '${param}': ${issue.message.replace('Invalid input: ', '')}.`, { param });
}

function isEmpty(value: unknown): boolean {
  return value == null || value === '' || (Array.isArray(value) && value.length === 0);
}

type Issue = z.core.$ZodIssue;

/** In a union, the branch that got furthest is the one that was meant. */
function deepestIssue(issues: readonly Issue[]): Issue {
  const [issue] = issues;
  if (!issue) throw new Error('a failed parse has no issue');
  if (issue.code !== 'invalid_union') return issue;
  const furthest = issue.errors
    .filter((branch) => branch.length > 0)
    .map(deepestIssue)
    .reduce((best, next) => (next.path.length > best.path.length ? next : best), { ...issue, path: [] });
  return { ...furthest, path: [...issue.path, ...furthest.path] };
}

function toParam(path: readonly PropertyKey[]): string {
  return path.reduce<string>((param, key) => {
    if (typeof key === 'number') return `${param}[${key}]`;
    return param ? `${param}.${String(key)}` : String(key);
  }, '');
}
