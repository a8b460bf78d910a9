import type { z } from 'zod';
import { likelyName } from './nearest-names.js';

type Issue = z.core.$ZodIssue;

/** A problem at a path inside the parsed value. */
export interface Finding {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** Of the values that a field may have; the SDK's lists of languages would fill the screen. */
const MAX_LISTED = 12;

const KINDS: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

/**
 * Words for a zod issue; empty for unknown keys, which `findUnknownKeys` tells better.
 * @param root The value that was parsed: issues do not carry it.
 */
export function describeIssue(issue: Issue, root: unknown): Finding[] {
  if (issue.code === 'unrecognized_keys') return [];
  const value = issue.path.reduce<unknown>(
    (parent, key) => (parent as Record<PropertyKey, unknown> | undefined)?.[key],
    root,
  );
  if (issue.code === 'invalid_union') return describeUnion(issue, value);
  if (issue.code === 'invalid_key') {
    const inner = issue.issues[0];
    return [{ path: issue.path, message: inner === undefined ? issue.message : aboutKey(issue, inner) }];
  }
  const must = requirement(issue);
  if (must === undefined) return [{ path: issue.path, message: issue.message }];
  return [{ path: issue.path, message: `must be ${must}${butIs(value, issue)}` }];
}

/** What a value must be; `undefined` where zod's message, or the schema's own, is the better one. */
function requirement(issue: Issue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values);
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return 'a string that is not empty';
      if (issue.origin !== 'number') return undefined;
      return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin !== 'number') return undefined;
      return `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}`;
    default:
      return undefined;
  }
}

function butIs(value: unknown, issue: Issue): string {
  if (value === undefined) return ', but is missing';
  return `, but is ${show(value)}${hint(value, issue)}`;
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}

function hint(value: unknown, issue: Issue): string {
  if (typeof value !== 'string') return '';
  if (issue.code === 'invalid_value') {
    const likely = likelyName(
      value,
      issue.values.filter((known) => typeof known === 'string'),
    );
    return likely === undefined ? '' : `; did you mean "${likely}"?`;
  }
  const isQuoted = /^(?:true|false|-?\d+(?:\.\d+)?)$/.test(value);
  return issue.code === 'invalid_type' && isQuoted ? `; write ${value} without quotes` : '';
}

function describeUnion(issue: z.core.$ZodIssueInvalidUnion, value: unknown): Finding[] {
  if ('options' in issue && issue.options !== undefined) {
    return [{ path: issue.path, message: `must be ${oneOf(issue.options)}${butIs(value, issue)}` }];
  }
  const branch = closestBranch(issue.errors);
  if (branch !== undefined) {
    return branch
      .flatMap((inner) => describeIssue(inner, value))
      .map((finding) => ({ ...finding, path: [...issue.path, ...finding.path] }));
  }
  const choices = issue.errors
    .flatMap((errors) => errors.slice(0, 1))
    .flatMap((inner) => requirement(inner) ?? []);
  return [
    { path: issue.path, message: `must be ${[...new Set(choices)].join(' or ')}${butIs(value, issue)}` },
  ];
}

/** The alternative that misses least, of those that fail inside the value and not already on its kind. */
function closestBranch(errors: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const weight = (issues: readonly Issue[]) =>
    issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 1), 0);
  return errors
    .filter((issues) => issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'))
    .sort((a, b) => weight(a) - weight(b))[0];
}

function aboutKey(issue: Issue, inner: Issue): string {
  const key = String(issue.path.at(-1));
  if (inner.code === 'too_small') return 'an alias must not be empty';
  if (inner.code === 'too_big')
    return `an alias has at most ${inner.maximum} characters, this has ${key.length}`;
  return inner.message;
}

function oneOf(values: readonly unknown[]): string {
  const shown = values.slice(0, MAX_LISTED).map((value) => JSON.stringify(value));
  if (shown.length === 1) return shown.join();
  const more = values.length - shown.length;
  return `one of ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
