import { ConfigError } from '../config/config-error.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import { ApiError } from '../protocol/errors.js';
import type { ReloadReport } from '../protocol/reload.js';
import type { Logger } from '../telemetry/logger.js';
import type { ModelChanges } from './compare-models.js';
import { compareSettings, takeOver } from './compare-settings.js';

/** What reading the config again needs. */
export interface ReloaderOptions {
  /** Reads and checks it, with what the command line says beside it. Throws `ConfigError`. */
  readonly readConfig: () => Promise<GatewayConfig>;
  /** Goes by a config that is valid: by all of it, or, if it throws, by nothing of it. */
  readonly apply: (config: GatewayConfig) => Promise<ModelChanges>;
  /** Told what the gateway runs by from now on. */
  readonly onReloaded: (config: GatewayConfig) => void;
  readonly log: Logger;
}

/** Reads the config again when it is asked to, one time after another. What is not valid, or can't be carried out, changes nothing. */
export class Reloader {
  readonly #options: ReloaderOptions;
  #config: GatewayConfig;
  #running: Promise<unknown> = Promise.resolve();

  /** @param config what the gateway was started with. */
  constructor(config: GatewayConfig, options: ReloaderOptions) {
    this.#config = config;
    this.#options = options;
  }

  /** @throws {ApiError} `invalid_config`, with all that is wrong; `reload_failed` if it is right, and can't be carried out. */
  reload(): Promise<ReloadReport> {
    const report = this.#running.then(() => this.#reload());
    this.#running = report.catch(() => {});
    return report;
  }

  async #reload(): Promise<ReloadReport> {
    const { readConfig, apply, onReloaded, log } = this.#options;
    let next: GatewayConfig;
    try {
      next = await readConfig();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      log.error({ problems: error.problems }, `config not reloaded: ${error.message}`);
      throw new ApiError('invalid_config', `Nothing was changed: ${error.message}`);
    }
    for (const warning of next.warnings) log.warn(warning);
    const settings = compareSettings(this.#config, next);
    // What needs a new start stays as it was: it is told again the next time.
    const config = takeOver(this.#config, next);
    let changes: ModelChanges;
    try {
      changes = await apply(config);
    } catch (error) {
      const { message } = error as Error;
      log.error({ err: error }, `config not reloaded: ${message}`);
      throw new ApiError('reload_failed', `Nothing was changed: ${message}`, { cause: error });
    }
    const report: ReloadReport = { object: 'reload', ...changes, ...settings };
    this.#config = config;
    onReloaded(config);
    log.info(report, 'config reloaded');
    return report;
  }
}
