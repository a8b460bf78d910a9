import assert from 'node:assert/strict';
import { ConfigError } from '../../../src/config/config-error.js';
import { loadConfig } from '../../../src/config/load.js';
import { type Cleanup, createConfigFolder } from './config-folder.js';

/** The error of loading a config at `cwd`; fails the test if it loads. */
export async function loadError(cwd: string, path?: string): Promise<ConfigError> {
  const error: unknown = await loadConfig(path === undefined ? { cwd } : { cwd, path }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError, `expected a ConfigError, got ${String(error)}`);
  return error;
}

/** The problems of a config, as `path: message` lines. `weights.gguf` lies beside it. */
export async function problemsOf(t: Cleanup, config: unknown): Promise<string[]> {
  const cwd = await createConfigFolder(t, { 'qvac.config.json': config, 'weights.gguf': '' });
  const { problems } = await loadError(cwd);
  return problems.map(({ path, message }) => `${path}: ${message}`);
}
