import { isDeepStrictEqual } from 'node:util';
import type { ConfiguredModel } from '../config/gateway-config.js';
import type { ReloadReport } from '../protocol/reload.js';

/** What becomes of models when a config takes another's place, by their names. */
export type ModelChanges = Pick<ReloadReport, 'added' | 'removed' | 'restarted' | 'updated' | 'unchanged'>;

/** What a config says of how a model is treated. The rest is what it is loaded with. */
const TREATMENT: readonly (keyof ConfiguredModel)[] = [
  'default',
  'preload',
  'queue',
  'replicas',
  'pinned',
  'keepAliveMs',
  'loadTimeoutMs',
  'stallTimeoutMs',
];

/** Which models are new, gone, loaded with something else, only treated in another way, or the same. */
export function compareModels(
  before: readonly ConfiguredModel[],
  after: readonly ConfiguredModel[],
): ModelChanges {
  return compareEntries(before, after, ({ alias }) => alias, loadedWith);
}

/**
 * Which entries of a config are new, gone, changed, or the same.
 *
 * @param loadedWith what of an entry can't change without a restart; nothing, unless it is told.
 */
export function compareEntries<Entry>(
  before: readonly Entry[],
  after: readonly Entry[],
  toName: (entry: Entry) => string,
  loadedWith: (entry: Entry) => unknown = () => undefined,
): ModelChanges {
  const old = new Map(before.map((entry) => [toName(entry), entry]));
  const names = (matches: (entry: Entry, known: Entry) => boolean): string[] =>
    after.flatMap((entry) => {
      const known = old.get(toName(entry));
      return known && matches(entry, known) ? toName(entry) : [];
    });
  const isSame = isDeepStrictEqual as (one: unknown, other: unknown) => boolean;
  const isLoadedAlike = (one: Entry, other: Entry): boolean => isSame(loadedWith(one), loadedWith(other));
  const present = new Set(after.map(toName));
  return {
    added: [...present].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !present.has(name)),
    restarted: names((entry, known) => !isLoadedAlike(entry, known)),
    updated: names((entry, known) => isLoadedAlike(entry, known) && !isSame(entry, known)),
    unchanged: names(isSame),
  };
}

/** Both together. What is gone from the one and new in the other has moved: its calls go elsewhere. */
export function mergeChanges(one: ModelChanges, other: ModelChanges): ModelChanges {
  const added = [...one.added, ...other.added];
  const removed = [...one.removed, ...other.removed];
  return {
    added: added.filter((name) => !removed.includes(name)),
    removed: removed.filter((name) => !added.includes(name)),
    restarted: [...one.restarted, ...other.restarted],
    updated: [...one.updated, ...other.updated, ...added.filter((name) => removed.includes(name))],
    unchanged: [...one.unchanged, ...other.unchanged],
  };
}

function loadedWith(model: ConfiguredModel): Partial<ConfiguredModel> {
  return Object.fromEntries(
    Object.entries(model).filter(([key]) => !TREATMENT.includes(key as keyof ConfiguredModel)),
  );
}
