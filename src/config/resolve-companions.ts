import type { ConfigProblem } from './config-error.js';
import { toFieldPath } from './field-path.js';
import { resolveCompanion } from './model-source.js';
import { isModelSourceKey } from './model-source-key.js';

type Settings = Readonly<Record<string, unknown>>;

/** A model's `config` with the sources inside it resolved; every other setting is kept as it was written. */
export interface ResolvedCompanions {
  readonly config: Settings;
  readonly problems: readonly ConfigProblem[];
}

/**
 * Resolves the further models that a model's `config` names, at any depth (`upscaler.model_src`).
 * @param path Where the config stands, for the problems.
 * @param folder Absolute; relative paths start here.
 */
export async function resolveCompanions(
  config: Settings,
  path: readonly PropertyKey[],
  folder: string,
): Promise<ResolvedCompanions> {
  const resolved: Record<string, unknown> = {};
  const problems: ConfigProblem[] = [];
  for (const [key, value] of Object.entries(config)) {
    resolved[key] = value;
    if (isModelSourceKey(key)) {
      const lookup = await resolveCompanion(value, folder);
      if ('source' in lookup) resolved[key] = lookup.source;
      else problems.push({ path: toFieldPath([...path, key]), message: lookup.problem });
    } else if (isSettings(value)) {
      const inner = await resolveCompanions(value, [...path, key], folder);
      resolved[key] = inner.config;
      problems.push(...inner.problems);
    }
  }
  return { config: resolved, problems };
}

function isSettings(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
