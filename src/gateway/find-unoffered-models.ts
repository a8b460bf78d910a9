import type { ApiKey } from '../protocol/api-key.js';

/** A model that a key is for, and that is not there. */
interface UnofferedModel {
  /** The key's name. */
  readonly key: string | undefined;
  readonly model: string;
}

/**
 * What keys are for and nobody offers. The config can't be checked for it where models are elsewhere: their names are known
 * when their servers have told them.
 *
 * @param offered aliases of all models, here and elsewhere.
 */
export function findUnofferedModels(
  apiKeys: readonly ApiKey[],
  offered: readonly string[],
): UnofferedModel[] {
  return apiKeys.flatMap(({ name, models = [] }) =>
    models.filter((model) => !offered.includes(model)).map((model) => ({ key: name, model })),
  );
}
