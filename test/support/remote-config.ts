import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Adds models of other servers to a config.
 *
 * @param path of a config, or of one to be made.
 */
export function addRemotes(
  path: string,
  models: Readonly<Record<string, object>>,
  serve: Readonly<Record<string, unknown>> = {},
): string {
  const config = readConfig(path);
  const merged = { ...config.serve, ...serve, models: { ...config.serve.models, ...models } };
  writeFileSync(path, JSON.stringify({ ...config, serve: merged }));
  return path;
}

function readConfig(path: string): { serve: { models: object } } {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as { serve: { models: object } };
  } catch {
    return { serve: { models: {} } };
  }
}
