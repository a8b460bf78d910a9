import type { ApiKey } from '../protocol/api-key.js';
import type { ConfigProblem } from './config-error.js';
import { toFieldPath } from './field-path.js';
import { likelyName } from './nearest-names.js';

/** One problem per model of a key that is not configured. */
export function checkKeyModels(
  keys: readonly (string | ApiKey)[],
  aliases: readonly string[],
): ConfigProblem[] {
  return keys.flatMap((key, at) => {
    const models = typeof key === 'string' ? [] : (key.models ?? []);
    return models.flatMap((alias, index) =>
      aliases.includes(alias)
        ? []
        : {
            path: toFieldPath(['serve', 'apiKeys', at, 'models', index]),
            message: `no model "${alias}" is configured; ${advise(alias, aliases)}`,
          },
    );
  });
}

function advise(alias: string, aliases: readonly string[]): string {
  if (aliases.length === 0) return 'add it to serve.models';
  const likely = likelyName(alias, aliases);
  return likely === undefined ? `configured are: ${aliases.join(', ')}` : `did you mean "${likely}"?`;
}
