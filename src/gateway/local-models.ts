import type { ConfiguredModel, GatewayConfig } from '../config/gateway-config.js';
import type { FleetModel } from '../models/fleet.js';
import type { LoadGate } from '../models/load-gate.js';
import { ModelHost, type ModelSettings } from '../models/model-host.js';
import type { Readiness } from '../models/readiness.js';
import { planRestart } from '../models/restart-policy.js';
import type { StateFeed } from '../models/state-feed.js';
import { sharedThreads } from '../models/thread-policy.js';
import type { AssetsPool } from '../pool/assets-pool.js';
import { ModelPool } from '../pool/model-pool.js';
import { peerSeed, toPublicKey } from '../pool/peer-identity.js';
import type { ThreadSurroundings } from '../pool/worker-env.js';
import { ApiError } from '../protocol/errors.js';
import type { Logger } from '../telemetry/logger.js';
import type { Metrics } from '../telemetry/metrics.js';
import { compareModels, type ModelChanges } from './compare-models.js';
import { estimateModel } from './estimate-model.js';
import { createLoadLog } from './load-log.js';
import type { LoadedModels } from './loaded-models.js';

/** What the models of a config need of the rest of the gateway. */
export interface LocalModelsOptions {
  readonly files: ThreadSurroundings;
  /** Cores that all of them share. */
  readonly cores: number;
  readonly sdk: GatewayConfig['sdk'];
  readonly assets: AssetsPool;
  readonly gate: LoadGate;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  readonly loaded: LoadedModels;
  readonly feed: StateFeed;
  readonly log: Logger;
  /** Told when a load has to wait for bytes that are not here yet. */
  readonly onDownloading: () => void;
}

/** A model with what the config says of it now: its next worker is made of that. */
interface Served {
  model: ConfiguredModel;
  readonly host: ModelHost;
}

/** The models that this gateway runs itself, as the config has them. */
export class LocalModels {
  readonly #options: LocalModelsOptions;
  #served: ReadonlyMap<string, Served> = new Map();
  /** Models that the config had, until nothing is left of them. */
  readonly #leaving = new Map<string, { host: ModelHost; gone: Promise<void> }>();
  #sharedThreads = 1;

  constructor(options: LocalModelsOptions) {
    this.#options = options;
  }

  /** All hosts that may have workers. */
  get hosts(): ModelHost[] {
    return [...this.#served.values(), ...this.#leaving.values()].map(({ host }) => host);
  }

  /** The one that the config has by this name now. */
  find(alias: string): ModelHost | undefined {
    return this.#served.get(alias)?.host;
  }

  /** What the config says of them now, in its order. */
  get models(): ConfiguredModel[] {
    return [...this.#served.values()].map(({ model }) => model);
  }

  /** For the fleet. */
  get fleetModels(): FleetModel[] {
    return [...this.#served.values()].map(({ model, host }) => ({
      host,
      category: model.category,
      default: model.default,
      threads: toThreadWish(model).threads ?? this.#sharedThreads,
    }));
  }

  /**
   * Serves these models from now on. Those that are gone finish their calls and are unloaded; those that are loaded with
   * something else are loaded anew, when their calls have finished; what is new is loaded when it is wanted.
   *
   * @param maxLoaded how many of them may be loaded at once.
   */
  async apply(models: readonly ConfiguredModel[], maxLoaded: number | undefined): Promise<ModelChanges> {
    const changes = compareModels(this.models, models);
    this.#sharedThreads = sharedThreads(this.#options.cores, models.map(toThreadWish), maxLoaded);
    const served = await Promise.all(models.map((model) => this.#serve(model)));
    for (const alias of changes.removed) this.#remove(alias);
    this.#served = new Map(served.map((one) => [one.model.alias, one]));
    for (const alias of changes.restarted) void this.#restart(alias);
    return changes;
  }

  async #serve(model: ConfiguredModel): Promise<Served> {
    const served = this.#served.get(model.alias);
    if (!served) return this.#create(model);
    served.model = model;
    served.host.reconfigure(toSettings(model));
    return served;
  }

  async #create(model: ConfiguredModel): Promise<Served> {
    const { gate, sdk, log } = this.#options;
    await this.#leaving.get(model.alias)?.gone;
    if (model.delegate) {
      const peer = { model: model.alias, peerKey: toPublicKey(peerSeed(model.alias)) };
      log.info(peer, 'the provider must allow this key');
    }
    const served: Served = { model, host: this.#createHost(model, () => served.model) };
    await gate.add({
      host: served.host,
      get pinned() {
        return served.model.pinned;
      },
      estimate: () => estimateModel(served.model, sdk),
    });
    return served;
  }

  /** @param current what the config says of it now. */
  #createHost(model: ConfiguredModel, current: () => ConfiguredModel): ModelHost {
    const { alias } = model;
    const { files, assets, gate, metrics, readiness, loaded, feed, log, onDownloading } = this.#options;
    return new ModelHost({
      alias,
      ...toSettings(model),
      download: (onProgress, signal) =>
        assets.ensure(
          current(),
          (progress) => {
            onProgress(progress);
            if (progress.downloadedBytes !== progress.totalBytes) onDownloading();
          },
          signal,
        ),
      admit: (signal) => gate.admit(alias, signal),
      planRestart: (failures) => planRestart(failures, Math.random),
      createPool: () => {
        const { runFolder, sdkConfigFile, cacheFolder } = files; // as they are now
        const surroundings = { runFolder, sdkConfigFile, cacheFolder, sharedThreads: this.#sharedThreads };
        return new ModelPool(current(), current(), surroundings, createLoadLog(log, alias));
      },
      onState: (change, state) => {
        loaded.changed(alias, state);
        readiness.changed(alias, state);
        feed.publish({ model: alias, ...change });
        if (change.state === 'ready') void gate.measure(alias);
        gate.changed();
      },
      onIdle: () => gate.changed(),
      observer: metrics.observerOf(alias),
      log: log.child({ model: alias }),
    });
  }

  #remove(alias: string): void {
    const served = this.#served.get(alias);
    if (!served) return;
    const { host } = served;
    const { gate } = this.#options;
    host.refuse(
      new ApiError('model_not_found', `Model '${alias}' is no longer configured.`, { param: 'model' }),
    );
    const gone = host.unload().then(() => {
      this.#leaving.delete(alias);
      gate.remove(alias);
    });
    this.#leaving.set(alias, { host, gone });
  }

  /** Only who was loaded is loaded again: others are when they are wanted. */
  async #restart(alias: string): Promise<void> {
    const host = this.#served.get(alias)?.host;
    if (!host || host.state === 'idle') return;
    await host.unload(undefined, 'its config has changed');
    await host.ensureReady(new AbortController().signal).catch(() => {}); // its log has why
  }
}

function toSettings({ config, replicas, queue, keepAliveMs }: ConfiguredModel): ModelSettings {
  // As many at once as the engine was told to make slots for.
  const slots = typeof config.parallel === 'number' ? config.parallel : 1;
  return { replicas, slots, queueLimit: queue, keepAliveMs };
}

function toThreadWish({ config, replicas }: ConfiguredModel) {
  const threads = config.threads ?? config.n_threads; // whisper.cpp's name
  return { threads: typeof threads === 'number' ? threads : undefined, replicas };
}
