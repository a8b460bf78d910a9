import { isSingleHttpFile } from '../protocol/cached-file.js';
import { parseDuration } from '../protocol/duration.js';
import type { ModelSource } from '../protocol/model-spec.js';
import { categoryOf, type ModelType, toModelType } from '../protocol/model-types.js';
import { checkDelegate } from './check-delegate.js';
import { checkKvCache } from './check-kv-cache.js';
import { checkModelConfig } from './check-model-config.js';
import type { ConfigProblem } from './config-error.js';
import { findConstant, looksLikeConstant, modelTypeOf } from './constants.js';
import { toFieldPath } from './field-path.js';
import type { ConfiguredModel } from './gateway-config.js';
import { MODEL_DEFAULTS } from './model-defaults.js';
import { resolvePeerSource, resolveSource } from './model-source.js';
import { resolveCompanions } from './resolve-companions.js';
import type { ModelEntry } from './schema.js';

/** An entry of `serve.models`, ready to load; without `model` if there are problems. */
export interface ResolvedModel {
  readonly model?: ConfiguredModel;
  readonly problems: readonly ConfigProblem[];
  readonly warning?: string;
}

type EntryObject = Exclude<ModelEntry, string>;

/** What the weights are and where they come from. `problem` can stand beside a `type` that is known all the same. */
interface Origin {
  readonly type?: ModelType | undefined;
  readonly source?: ModelSource;
  readonly constant?: string;
  readonly problem?: string;
}

/**
 * Resolves an entry: its constant or its path, its type, and the sources inside its `config`.
 * @param folder Absolute; relative paths start here.
 * @param keepAlive of a model that says nothing itself.
 */
export async function resolveModel(
  alias: string,
  written: ModelEntry,
  folder: string,
  keepAlive: string | number,
): Promise<ResolvedModel> {
  const path = ['serve', 'models', alias];
  const entry = typeof written === 'string' ? shortForm(written) : written;
  const { problem, type, source, constant } = await resolveOrigin(entry, folder);
  const field = typeof written === 'string' ? [] : ['model' in entry ? 'model' : 'src'];
  const originProblems =
    problem === undefined ? [] : [{ path: toFieldPath([...path, ...field]), message: problem }];
  if (type === undefined) return { problems: originProblems };

  const configPath = [...path, 'config'];
  const check = await checkModelConfig(type, entry.config, configPath);
  const warning = check.warning === undefined ? {} : { warning: check.warning };
  if (check.problems.length > 0) return { problems: [...originProblems, ...check.problems], ...warning };

  const kvCache = checkKvCache(entry, type, path);
  const delegation = checkDelegate(entry, type, path);
  const sha256 = 'src' in entry ? entry.sha256?.toLowerCase() : undefined;
  const companions = await resolveCompanions(entry.config, configPath, folder);
  const problems = [
    ...originProblems,
    ...checkSha256(sha256, source, toFieldPath([...path, 'sha256'])),
    ...kvCache.problems,
    ...delegation.problems,
    ...companions.problems,
  ];
  if (source === undefined || problems.length > 0) return { problems, ...warning };
  return {
    model: {
      alias,
      type,
      category: categoryOf(type),
      source,
      ...(sha256 !== undefined && { sha256 }),
      ...(constant !== undefined && { constant }),
      default: entry.default,
      preload: entry.preload,
      pinned: entry.pinned,
      keepAliveMs: toMilliseconds(entry.keepAlive ?? keepAlive),
      replicas: entry.replicas,
      queue: entry.queue,
      loadTimeoutMs: entry.loadTimeoutMs,
      stallTimeoutMs: entry.stallTimeoutMs,
      ...(kvCache.bytes !== undefined && { kvCacheBytes: kvCache.bytes }),
      ...(delegation.delegate && { delegate: delegation.delegate }),
      config: companions.config,
    },
    problems,
    ...warning,
  };
}

function toMilliseconds(keepAlive: string | number): number {
  const keepAliveMs = parseDuration(keepAlive);
  if (keepAliveMs === undefined) throw new Error('the schema has let pass what is no duration');
  return keepAliveMs;
}

function checkSha256(
  sha256: string | undefined,
  source: ModelSource | undefined,
  path: string,
): ConfigProblem[] {
  if (sha256 === undefined || source === undefined || isSingleHttpFile(source)) return [];
  return [{ path, message: 'is checked for one file at a http(s):// URL only; remove it' }];
}

function shortForm(model: string): EntryObject {
  return { model, ...MODEL_DEFAULTS, config: {} };
}

async function resolveOrigin(entry: EntryObject, folder: string): Promise<Origin> {
  if ('model' in entry) return fromConstant(entry.model);
  const type = toModelType(entry.type);
  const isElsewhere = entry.delegate !== undefined && !entry.delegate.fallbackToLocal;
  const lookup = isElsewhere ? resolvePeerSource(entry.src) : await resolveSource(entry.src, folder);
  if ('source' in lookup) return { type, source: lookup.source };
  const advice = looksLikeConstant(entry.src)
    ? '; a constant of the SDK goes into "model", without "type"'
    : '';
  return { type, problem: `${lookup.problem}${advice}` };
}

async function fromConstant(name: string): Promise<Origin> {
  const lookup = await findConstant(name);
  if ('problem' in lookup) return { problem: lookup.problem };
  const type = modelTypeOf(lookup.model);
  if (type !== undefined) return { type, source: lookup.model, constant: name };
  const engine = String(lookup.model.engine);
  return { problem: `${name} cannot be served: its engine "${engine}" is not among the SDK's model types` };
}
