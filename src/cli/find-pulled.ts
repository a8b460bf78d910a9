import { findConstant, looksLikeConstant, modelTypeOf } from '../config/constants.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import type { ModelSpec } from '../protocol/model-spec.js';
import { CommandError } from './command-error.js';
import { EXIT } from './exit-codes.js';

/**
 * The model that `qvac pull` is to fetch: one of the config by its alias, or one of the SDK's registry by its constant.
 *
 * @throws {CommandError} if there is none by that name.
 */
export async function findPulled(name: string, { models, routed }: GatewayConfig): Promise<ModelSpec> {
  const configured = models.find(({ alias }) => alias === name);
  if (configured) return configured;
  if (routed.some(({ alias }) => alias === name)) {
    throw new CommandError(`error: '${name}' is a model elsewhere: it has no files to download.`, EXIT.usage);
  }
  const aliases = models.map(({ alias }) => alias).join(', ');
  const known = aliases ? `Configured are: ${aliases}.` : 'No model is configured.';
  if (!looksLikeConstant(name)) {
    throw new CommandError(
      `error: no model '${name}' in the config. ${known} A constant of the SDK will do too, as QWEN3_600M_INST_Q4.`,
      EXIT.usage,
    );
  }
  const lookup = await findConstant(name);
  if ('problem' in lookup) throw new CommandError(`error: ${lookup.problem}. ${known}`, EXIT.usage);
  // The type says which engine would run it; it is not run here.
  const type = modelTypeOf(lookup.model) ?? 'llamacpp-completion';
  return { alias: name, type, source: lookup.model, config: {} };
}
