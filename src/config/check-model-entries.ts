import type { ConfigProblem } from './config-error.js';
import { toFieldPath } from './field-path.js';

/** Keys that only models of other servers have. */
const REMOTE_KEYS = [
  'apiKey',
  'headers',
  'slots',
  'connectTimeoutMs',
  'headersTimeoutMs',
  'idleTimeoutMs',
  'probeIntervalMs',
  'category',
  'order',
];

/**
 * Says which of its forms an entry of `serve.models` was meant to have, where it has none or several: the
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
  if ('targets' in entry) {
    if (!('url' in entry || hasModel || hasSrc)) return undefined;
    return 'has "targets" beside "url", "model" or "src"; each of these goes into one of its "targets"';
  }
  if ('url' in entry) {
    if (hasSrc)
      return 'has both "url" and "src"; keep "url" for a model of another server, or "src" and "type" for your own';
    return hasModel
      ? undefined
      : 'has "url" without "model"; write the name that the model has there as "model"';
  }
  if (hasModel && hasSrc) {
    return 'has both "model" and "src"; keep "model" for a constant of the SDK, or "src" and "type" for your own';
  }
  if (hasModel && 'type' in entry) return 'has "model" and "type"; remove "type", the constant tells it';
  if (hasModel || hasSrc) {
    // The schema knows such a key, only not in these forms.
    const stray = REMOTE_KEYS.find((key) => key in entry);
    return stray && `"${stray}" is for models of other servers, which have a "url"; remove it`;
  }
  return 'needs "model" (a constant of the SDK), "src" and "type" (a file or URL of your own), "url" and "model" (another server), or "targets"';
}

function member(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
