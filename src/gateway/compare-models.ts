import { isDeepStrictEqual } from 'node:util';
import type { ConfiguredModel } from '../config/gateway-config.js';
import type { ReloadReport } from '../protocol/reload.js';

/** What becomes of models when a config takes another's place, by their aliases. */
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
  const old = new Map(before.map((model) => [model.alias, model]));
  const names = (matches: (model: ConfiguredModel, known: ConfiguredModel) => boolean): string[] =>
    after.flatMap((model) => {
      const known = old.get(model.alias);
      return known && matches(model, known) ? model.alias : [];
    });
  const isSame = isDeepStrictEqual as (one: unknown, other: unknown) => boolean;
  const isLoadedAlike = (one: ConfiguredModel, other: ConfiguredModel): boolean =>
    isSame(loadedWith(one), loadedWith(other));
  return {
    added: after.filter(({ alias }) => !old.has(alias)).map(({ alias }) => alias),
    removed: before
      .filter(({ alias }) => after.every((model) => model.alias !== alias))
      .map(({ alias }) => alias),
    restarted: names((model, known) => !isLoadedAlike(model, known)),
    updated: names((model, known) => isLoadedAlike(model, known) && !isSame(model, known)),
    unchanged: names(isSame),
  };
}

function loadedWith(model: ConfiguredModel): Partial<ConfiguredModel> {
  return Object.fromEntries(
    Object.entries(model).filter(([key]) => !TREATMENT.includes(key as keyof ConfiguredModel)),
  );
}
