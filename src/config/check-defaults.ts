import type { Category } from '../protocol/model-types.js';
import type { ConfigProblem } from './config-error.js';
import { toFieldPath } from './field-path.js';

/** What of a model says which requests it gets that name none. */
interface Defaulting {
  readonly alias: string;
  readonly category: Category | 'any';
  readonly default: boolean;
}

/** One problem per category that has more than one default model. */
export function checkDefaults(models: readonly Defaulting[]): ConfigProblem[] {
  const defaults = new Map<string, string[]>();
  for (const { alias, category } of models.filter((model) => model.default)) {
    defaults.set(category, [...(defaults.get(category) ?? []), alias]);
  }
  return [...defaults]
    .filter(([, aliases]) => aliases.length > 1)
    .map(([category, aliases]) => ({
      path: toFieldPath(['serve', 'models']),
      message: `${aliases.map((alias) => `"${alias}"`).join(' and ')} are both the default for ${category}; keep one`,
    }));
}
