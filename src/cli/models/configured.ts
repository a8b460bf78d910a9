import { loadConfig } from '../../config/load.js';
import type { Category } from '../../protocol/model-types.js';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-codes.js';
import type { ClientOptions } from '../gateway-client.js';
import { readStatus } from '../read-status.js';

/** A model of a running gateway, or of a config. */
interface ConfiguredModel {
  readonly id: string;
  readonly kind: Category | 'any';
  /** `null` if no gateway runs. */
  readonly state: string | null;
}

/** The built-in model, which a gateway serves that is told of no other. */
const DEMO: ConfiguredModel = { id: 'demo', kind: 'chat', state: null };

/** Where they are from: the URL of a gateway, or the path of a config, which may not be there. */
export interface ConfiguredModels {
  readonly from: string | undefined;
  readonly isRunning: boolean;
  readonly models: readonly ConfiguredModel[];
  /** The config has none: the built-in one is all. */
  readonly isDemo: boolean;
  /** Hosts of the servers all of whose models are served: only a running gateway knows which these are. */
  readonly servers: readonly string[];
}

/** The models of a running gateway, or those that one would serve that is started here. */
export async function readConfigured(options: ClientOptions, cwd: string): Promise<ConfiguredModels> {
  try {
    const { models } = await readStatus(options);
    return {
      from: options.url,
      isRunning: true,
      models: models.map(({ id, category, state }) => ({ id, kind: category as Category | 'any', state })),
      isDemo: false,
      servers: [],
    };
  } catch (error) {
    if (!(error instanceof CommandError && error.exitCode === EXIT.noGateway)) throw error;
    const { file, models, routed, remotes } = await loadConfig({ cwd });
    const isDemo = models.length + routed.length + remotes.length === 0;
    return {
      from: file,
      isRunning: false,
      models: isDemo ? [DEMO] : [...models, ...routed].map(toUnloaded),
      isDemo,
      servers: remotes.map(({ server }) => new URL(server.url).host),
    };
  }
}

function toUnloaded({ alias, category }: { alias: string; category: Category | 'any' }): ConfiguredModel {
  return { id: alias, kind: category, state: null };
}
