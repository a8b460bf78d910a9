import { z } from 'zod';
import type { ModelType } from '../protocol/model-types.js';
import type { ConfigProblem } from './config-error.js';
import { explain } from './explain.js';
import { loadSdkSchema } from './sdk-schemas.js';

type Settings = Readonly<Record<string, unknown>>;

/** Settings that the gateway hands to the engine beside the SDK, whose schema does not know them. */
const OWN_SETTINGS: Partial<Record<ModelType, z.core.$ZodShape>> = {
  'llamacpp-completion': { threads: z.int().positive().optional() },
  'llamacpp-embedding': { threads: z.int().positive().optional() },
};

/** Types whose config has required fields, so that leaving it out is a mistake too. */
const REQUIRING: readonly ModelType[] = ['nmtcpp-translation', 'tts-ggml'];

export interface ConfigCheck {
  readonly problems: readonly ConfigProblem[];
  readonly warning?: string;
}

/**
 * Checks a model's `config` against the SDK's schema for its type: values, and keys that the SDK would drop
 * without a word. Nothing of the config is changed, no default is filled in.
 * @param path Where the config stands, for the problems.
 * @param sdkModule As for `loadSdkSchema`.
 */
export async function checkModelConfig(
  type: ModelType,
  config: Settings,
  path: readonly PropertyKey[],
  sdkModule?: string,
): Promise<ConfigCheck> {
  if (Object.keys(config).length === 0 && !REQUIRING.includes(type)) return { problems: [] };
  const ownShape = OWN_SETTINGS[type] ?? {};
  const ownKeys = Object.keys(ownShape);
  const [own, forSdk] = split(config, ownKeys);
  const ownProblems = explain(z.object(ownShape), own, { path });
  const schema = await loadSdkSchema(type, sdkModule);
  if (schema === undefined) return { problems: ownProblems, warning: unchecked(type) };
  return { problems: [...ownProblems, ...explain(schema, forSdk, { path, alsoKnown: ownKeys })] };
}

function split(config: Settings, keys: readonly string[]): [Settings, Settings] {
  const entries = Object.entries(config);
  return [
    Object.fromEntries(entries.filter(([key]) => keys.includes(key))),
    Object.fromEntries(entries.filter(([key]) => !keys.includes(key))),
  ];
}

function unchecked(type: ModelType): string {
  return `@qvac/sdk has no config schema for ${type} where version 0.16 has it: its "config" is passed on unchecked`;
}
