import type { ConfigProblem } from './config-error.js';
import { explain } from './explain.js';
import { toFieldPath } from './field-path.js';
import { remoteModel, routedModel } from './remote-entry-schema.js';

/**
 * What is wrong with the entries whose calls go elsewhere, each by the schema of its form: of several forms, the schema would
 * at times only say that the others do not fit.
 *
 * @param quotable the value without its secrets.
 */
export function checkRoutedEntries(value: unknown, quotable: unknown): ConfigProblem[] {
  const shown = member(member(quotable, 'serve'), 'models');
  return routedEntries(value).flatMap(([alias, entry]) =>
    explain('targets' in entry ? routedModel : remoteModel, entry, {
      path: ['serve', 'models', alias],
      quotable: shown[alias],
    }),
  );
}

/** Paths of the entries that {@link checkRoutedEntries} looks at. */
export function routedPaths(value: unknown): string[] {
  return routedEntries(value).map(([alias]) => toFieldPath(['serve', 'models', alias]));
}

function routedEntries(value: unknown): [alias: string, entry: object][] {
  return Object.entries(member(member(value, 'serve'), 'models')).flatMap(
    ([alias, entry]): [string, object][] =>
      isObject(entry) && ('url' in entry || 'targets' in entry) ? [[alias, entry]] : [],
  );
}

function member(value: unknown, key: string): Readonly<Record<string, unknown>> {
  const found = isObject(value) ? value[key] : undefined;
  return isObject(found) ? found : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
