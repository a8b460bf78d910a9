import { dirname, resolve } from 'node:path';
import { checkDefaults } from './check-defaults.js';
import { checkKeyModels } from './check-key-models.js';
import { checkModelEntries } from './check-model-entries.js';
import { checkRoutedEntries, routedPaths } from './check-routed-entries.js';
import { ConfigError, type ConfigProblem } from './config-error.js';
import { toOrigin } from './cors-origin.js';
import { explain } from './explain.js';
import { findConfig, readConfig } from './find-config.js';
import { frozenCopy } from './frozen-copy.js';
import type { CorsOrigins, GatewayConfig } from './gateway-config.js';
import { hideSecrets } from './hide-secrets.js';
import { toImageHost } from './image-host.js';
import { DEFAULT_BUDGET, parseMemoryBudget } from './memory-budget.js';
import { type ResolvedModel, resolveModel } from './resolve-model.js';
import { resolveRouted, toDiscoverySpec } from './resolve-routed.js';
import { configSchema, isRouted, type RoutedEntry, type WrittenCors } from './schema.js';

export interface LoadConfigOptions {
  /** The file to read, absolute or relative to `cwd`; without it, the nearest one at or above `cwd`. */
  readonly path?: string;
  readonly cwd: string;
}

/**
 * Reads, checks, resolves and freezes the config. Without a file: every default, and no models.
 * @throws {ConfigError} with every problem that was found.
 */
export async function loadConfig({ path, cwd }: LoadConfigOptions): Promise<GatewayConfig> {
  const found = path === undefined ? await findConfig(resolve(cwd)) : await readConfig(resolve(cwd, path));
  const { file, value } = found ?? { file: undefined, value: {} };
  // Only a file can be wrong: the empty config is right, whatever the fallback name.
  const refuse = (problems: readonly ConfigProblem[]) => {
    if (problems.length > 0) throw new ConfigError(file ?? cwd, problems);
  };
  refuse(checkKind(value));
  refuse(checkSchema(value));
  const { $schema: _, serve, ...sdk } = configSchema.parse(value);

  const folder = file === undefined ? cwd : dirname(file);
  const resolved: ResolvedModel[] = [];
  const entries: [alias: string, entry: RoutedEntry][] = [];
  for (const [alias, entry] of Object.entries(serve.models)) {
    if (isRouted(entry)) entries.push([alias, entry]);
    else resolved.push(await resolveModel(alias, entry, folder, serve.keepAlive));
  }
  const models = resolved.flatMap(({ model }) => model ?? []);
  const routes = entries.map(([alias, entry]) => resolveRouted(alias, entry, models));
  const routed = routes.map(({ model }) => model);
  refuse([
    ...resolved.flatMap(({ problems }) => problems),
    // What a target names may be among the models that are wrong.
    ...(resolved.length === models.length ? routes.flatMap(({ problems }) => problems) : []),
    ...checkDefaults([...models, ...routed]),
    // Names of models that are elsewhere are not known before the servers have told them.
    ...(serve.remotes.length === 0 ? checkKeyModels(serve.apiKeys, Object.keys(serve.models)) : []),
  ]);
  const warnings = [...new Set(resolved.flatMap(({ warning }) => warning ?? []))];
  return frozenCopy({
    file,
    host: serve.host,
    port: serve.port,
    apiKeys: serve.apiKeys.map((written) => (typeof written === 'string' ? { key: written } : written)),
    corsOrigins: toCorsOrigins(serve.cors),
    listModels: serve.listModels,
    imageHosts: serve.imageHosts.flatMap((host) => toImageHost(host) ?? []),
    requestTimeoutMs: serve.requestTimeoutMs,
    memoryBudget: parseMemoryBudget(serve.memory.budget) ?? DEFAULT_BUDGET,
    maxLoaded: serve.maxLoaded,
    models,
    routed,
    remotes: serve.remotes.map(toDiscoverySpec),
    sdk,
    warnings,
  });
}

function toCorsOrigins(written: WrittenCors): CorsOrigins {
  if (typeof written === 'boolean') return written ? 'any' : [];
  return written.origins.flatMap((origin) => toOrigin(origin) ?? []);
}

function checkSchema(value: unknown): ConfigProblem[] {
  const quotable = hideSecrets(value);
  const entries = checkModelEntries(value);
  const isWithin = (paths: readonly string[], { path }: ConfigProblem) =>
    paths.some((outer) => path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`));
  const told = entries.map(({ path }) => path);
  const routed = routedPaths(value);
  return [
    ...entries,
    ...checkRoutedEntries(value, quotable).filter((problem) => !isWithin(told, problem)),
    ...explain(configSchema, value, { quotable }).filter(
      (problem) => !isWithin([...told, ...routed], problem),
    ),
  ];
}

/** A function or an instance of a class would otherwise pass as an object without settings. */
function checkKind(value: unknown): ConfigProblem[] {
  if (typeof value === 'function') {
    return [{ path: '', message: 'exports a function; export the settings themselves, an object' }];
  }
  const prototype: unknown =
    typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  if (prototype === Object.prototype || prototype === null) return [];
  return [{ path: '', message: 'must hold an object: { "serve": { "models": { … } } }' }];
}
