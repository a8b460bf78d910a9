import { likelyName } from '../config/nearest-names.js';
import type { ModelStatus } from '../protocol/status.js';
import { CommandError } from './command-error.js';
import { EXIT } from './exit-codes.js';
import type { ClientOptions } from './gateway-client.js';
import { readStatus } from './read-status.js';

const NOT_FOUND = 'model_not_found';

/**
 * A model of a running gateway.
 *
 * @throws {CommandError} also if there is none by that alias: with those that there are, and the one that was likely meant.
 */
export async function findModel(alias: string, options: ClientOptions): Promise<ModelStatus> {
  const { models } = await readStatus(options);
  const model = models.find(({ id }) => id === alias);
  if (model) return model;
  const aliases = models.map(({ id }) => id);
  const likely = likelyName(alias, aliases);
  const known = aliases.length > 0 ? `Configured are: ${aliases.map(quote).join(', ')}.` : 'There is none.';
  const advice = likely === undefined ? '' : ` Did you mean ${quote(likely)}?`;
  throw new CommandError(
    `error: No model ${quote(alias)} is configured. ${known}${advice} (${NOT_FOUND})`,
    EXIT.failure,
    NOT_FOUND,
  );
}

/**
 * Does what needs a model of a running gateway. If it has none by that alias, the error says which was likely meant.
 *
 * @throws as {@link findModel}, and whatever `use` throws.
 */
export async function useModel<Result>(
  alias: string,
  options: ClientOptions,
  use: () => Promise<Result>,
): Promise<Result> {
  try {
    return await use();
  } catch (error) {
    // A look beforehand would make each answer wait for it.
    if (error instanceof CommandError && error.code === NOT_FOUND) await findModel(alias, options);
    throw error;
  }
}

function quote(alias: string): string {
  return `'${alias}'`;
}
