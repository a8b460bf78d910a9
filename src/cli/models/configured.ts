import { loadConfig } from '../../config/load.js';
import type { Category } from '../../protocol/model-types.js';
import type { GatewayStatus } from '../../protocol/status.js';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-codes.js';
import { askGateway, type ClientOptions } from '../gateway-client.js';

/** A model of a running gateway, or of a config. */
interface ConfiguredModel {
  readonly id: string;
  readonly kind: Category | 'any';
  /** `null` if no gateway runs. */
  readonly state: string | null;
}

/** Where they are from: the URL of a gateway, or the path of a config, which may not be there. */
export interface ConfiguredModels {
  readonly from: string | undefined;
  readonly isRunning: boolean;
  readonly models: readonly ConfiguredModel[];
}

/** The models of a running gateway, or those that one would serve that is started here. */
export async function readConfigured(options: ClientOptions, cwd: string): Promise<ConfiguredModels> {
  try {
    const { models } = await askGateway<GatewayStatus>(options, 'GET', '/qvac/v1/status');
    return {
      from: options.url,
      isRunning: true,
      models: models.map(({ id, category, state }) => ({ id, kind: category as Category | 'any', state })),
    };
  } catch (error) {
    if (!(error instanceof CommandError && error.exitCode === EXIT.noGateway)) throw error;
    const { file, models, routed } = await loadConfig({ cwd });
    return {
      from: file,
      isRunning: false,
      models: [...models, ...routed].map(({ alias, category }) => ({
        id: alias,
        kind: category,
        state: null,
      })),
    };
  }
}
