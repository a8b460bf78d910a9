import { z } from 'zod';
import type { ConfigProblem } from './config-error.js';
import { describeIssue } from './describe-issue.js';
import { toFieldPath } from './field-path.js';
import { findUnknownKeys, type UnknownKey } from './find-unknown-keys.js';
import { likelyName } from './nearest-names.js';

export interface ExplainOptions {
  /** Where the value stands in the file. */
  readonly path?: readonly PropertyKey[];
  /** Keys that count as known at the top of the value although the schema does not have them. */
  readonly alsoKnown?: readonly string[];
  /** The value with its secrets replaced: what messages quote is taken from here. */
  readonly quotable?: unknown;
}

/** Everything that is wrong with a value by its schema, one problem each, in words that say what to write. */
export function explain(
  schema: z.core.$ZodType,
  value: unknown,
  { path = [], alsoKnown = [], quotable = value }: ExplainOptions = {},
): ConfigProblem[] {
  const issues = z.safeParse(schema, value).error?.issues ?? [];
  const wrong = issues.flatMap((issue) => describeIssue(issue, quotable));
  const unknown = findUnknownKeys(schema, value).map((key) => ({
    path: key.path,
    message: describeUnknownKey(key, alsoKnown),
  }));
  return [...unknown, ...wrong].map((finding) => ({
    path: toFieldPath([...path, ...finding.path]),
    message: finding.message,
  }));
}

function describeUnknownKey({ path, known }: UnknownKey, alsoKnown: readonly string[]): string {
  const names = path.length === 1 ? [...known, ...alsoKnown] : known;
  const likely = likelyName(String(path.at(-1)), names);
  return likely === undefined
    ? `unknown key; known here: ${names.join(', ')}`
    : `unknown key; did you mean "${likely}"?`;
}
