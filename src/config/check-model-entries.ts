import type { ConfigProblem } from './config-error.js';
import { toFieldPath } from './field-path.js';

/**
 * Says which of the two forms an entry of `serve.models` was meant to have, where it has neither or both: the
 * schema could only list what each form misses.
 */
export function checkModelEntries(value: unknown): ConfigProblem[] {
  return Object.entries(member(member(value, 'serve'), 'models')).flatMap(([alias, entry]) => {
    const message = isObject(entry) ? describe(entry) : undefined;
    return message === undefined ? [] : [{ path: toFieldPath(['serve', 'models', alias]), message }];
  });
}

function describe(entry: object): string | undefined {
  const hasModel = 'model' in entry;
  const hasSrc = 'src' in entry;
  if (hasModel && hasSrc) {
    return 'has both "model" and "src"; keep "model" for a constant of the SDK, or "src" and "type" for your own';
  }
  if (hasModel && 'type' in entry) return 'has "model" and "type"; remove "type", the constant tells it';
  if (hasModel || hasSrc) return undefined;
  return 'needs "model" (a constant of the SDK), or "src" and "type" (a file or URL of your own)';
}

function member(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
