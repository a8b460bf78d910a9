import { categoryOf, type ModelType } from '../protocol/model-types.js';
import { parseByteSize } from './byte-size.js';
import type { ConfigProblem } from './config-error.js';
import { toFieldPath } from './field-path.js';
import type { ModelEntry } from './schema.js';

/** What a model's `kvCache` says, in bytes; `undefined` if it keeps no conversations. */
interface KvCacheCheck {
  readonly bytes?: number | undefined;
  readonly problems: readonly ConfigProblem[];
}

/** Checks that a model can keep conversations: other engines have none, and the SDK's batches have no cache. */
export function checkKvCache(
  { kvCache, config }: Pick<Exclude<ModelEntry, string>, 'kvCache' | 'config'>,
  type: ModelType,
  path: readonly PropertyKey[],
): KvCacheCheck {
  if (kvCache === undefined) return { problems: [] };
  const problem = (message: string): KvCacheCheck => ({
    problems: [{ path: toFieldPath([...path, 'kvCache']), message }],
  });
  if (categoryOf(type) !== 'chat') return problem(`only chat models keep conversations, and ${type} is none`);
  if (config.parallel !== undefined && config.parallel !== 1) {
    return problem('does not go with "parallel" in "config": calls that decode together have no cache');
  }
  return { problems: [], bytes: parseByteSize(kvCache) };
}
