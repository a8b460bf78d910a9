import type { z } from 'zod';
import { ApiError } from '../protocol/errors.js';

/**
 * A request body, checked against its schema.
 *
 * @throws {ApiError} `invalid_type` or `invalid_value` with the first field at fault as `param`, written as OpenAI
 *   does: `messages[0].role`. A schema names another code in the issue's `params.code`.
 */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  const issue = deepestIssue(result.error.issues);
  const param = toParam(issue.path);
  const code = issue.code === 'invalid_type' ? 'invalid_type' : 'invalid_value';
  throw new ApiError(code, `Invalid ${param ? `'${param}'` : 'request body'}: ${issue.message}.`, { param });
}

type Issue = z.core.$ZodIssue;

/** In a union, the branch that got furthest is the one that was meant. */
function deepestIssue(issues: readonly Issue[]): Issue {
  const [issue] = issues;
  if (!issue) throw new Error('a failed parse has no issue');
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return issue;
  const inner = issue.errors
    .filter((branch) => branch.length > 0)
    .map((branch) => deepestIssue(branch))
    .sort((a, b) => b.path.length - a.path.length);
  const [best] = inner;
  if (!best || best.path.length === 0) return issue;
  return { ...best, path: [...issue.path, ...best.path] };
}

function toParam(path: readonly PropertyKey[]): string {
  return path.reduce<string>((param, key) => {
    if (typeof key === 'number') return `${param}[${key}]`;
    return param ? `${param}.${String(key)}` : String(key);
  }, '');
}
