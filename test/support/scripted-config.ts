import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Script } from '../../src/scripted-model/script.js';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';

/** Fields of a model entry that a test sets beside `src` and `type`. */
interface EntryOverrides {
  readonly default?: boolean;
  readonly preload?: boolean;
  readonly pinned?: boolean;
  readonly keepAlive?: string | number;
  readonly replicas?: number;
  readonly kvCache?: string;
  readonly queue?: number;
  readonly loadTimeoutMs?: number;
  readonly stallTimeoutMs?: number;
  readonly config?: Readonly<Record<string, unknown>>;
}

/**
 * Writes scripted models and a config that serves them into `folder`; each model's alias is its script's name.
 *
 * @param serve further keys of the config's `serve`.
 * @returns the path of the config.
 */
export function writeScriptedConfig(
  folder: string,
  models: readonly (readonly [Script, EntryOverrides?])[],
  serve: Readonly<Record<string, unknown>> = {},
): string {
  const entries = models.map(([script, overrides], index) => {
    const src = `./model-${index}.gguf`;
    writeFileSync(join(folder, src), createScriptedModel(script));
    const config = { ctx_size: 2048, device: 'cpu', ...overrides?.config };
    return [script.name, { src, type: 'llm', ...overrides, config }];
  });
  const path = join(folder, 'qvac.config.json');
  writeFileSync(path, JSON.stringify({ serve: { ...serve, models: Object.fromEntries(entries) } }));
  return path;
}
