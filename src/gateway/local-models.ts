import type { ConfiguredModel, GatewayConfig } from '../config/gateway-config.js';
import type { FleetModel } from '../models/fleet.js';
import type { LoadGate } from '../models/load-gate.js';
import { ModelHost, type ModelSettings } from '../models/model-host.js';
import type { Readiness } from '../models/readiness.js';
import { COOL_DOWN_MS, PEER_COOL_DOWN_MS, planRestart } from '../models/restart-policy.js';
import type { StateFeed } from '../models/state-feed.js';
import { sharedThreads } from '../models/thread-policy.js';
import type { AssetsPool } from '../pool/assets-pool.js';
import { ModelPool } from '../pool/model-pool.js';
import { peerSeed, toPublicKey } from '../pool/peer-identity.js';
import type { ThreadSurroundings } from '../pool/worker-env.js';
import type { ApiError } from '../protocol/errors.js';
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
  readonly #leaving = new Map<string, { readonly served: Served }>();
  #sharedThreads = 1;

  constructor(options: LocalModelsOptions) {
    this.#options = options;
  }

  /** All hosts that may have workers. */
  get hosts(): ModelHost[] {
    const leaving = [...this.#leaving.values()].map(({ served }) => served);
    return [...leaving, ...this.#served.values()].map(({ host }) => host);
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
   * Looks at the files of models that are new. Nothing has changed yet.
   *
   * @param maxLoaded how many of them may be loaded at once.
   * @returns what serves these models from then on, and no others. Those that are loaded with something else are loaded
   *   anew, when their calls have finished; what is new is loaded when it is wanted; whoever is gone waits for its
   *   {@link dismiss}.
   * @throws Error if a file of this gateway can't be read or written.
   */
  async prepare(
    models: readonly ConfiguredModel[],
    maxLoaded: number | undefined,
  ): Promise<() => ModelChanges> {
    const changes = compareModels(this.models, models);
    const steps = await Promise.all(models.map((model) => this.#prepare(model)));
    return () => {
      this.#sharedThreads = sharedThreads(this.#options.cores, models.map(toThreadWish), maxLoaded);
      const gone = changes.removed.flatMap((alias) => this.#served.get(alias) ?? []);
      this.#served = new Map(steps.map((serve) => serve()).map((one) => [one.model.alias, one]));
      for (const served of gone) this.#leaving.set(served.model.alias, { served });
      for (const alias of changes.restarted) void this.#restart(alias);
      return changes;
    };
  }

  /** Lets a model go that the config has no longer: who waits gets the reason, calls that run finish, and it is unloaded. */
  dismiss(alias: string, reason: ApiError): void {
    const leaving = this.#leaving.get(alias);
    if (!leaving) return;
    const { host } = leaving.served;
    host.refuse(reason);
    void host.unload().then(() => {
      if (this.#leaving.get(alias) !== leaving) return; // it is back
      this.#leaving.delete(alias);
      this.#options.gate.remove(alias);
    });
  }

  async #prepare(model: ConfiguredModel): Promise<() => Served> {
    const { alias, delegate } = model;
    const { sdk, log } = this.#options;
    const known = this.#served.get(alias);
    if (known) return () => this.#reconfigure(known, model);
    const estimateBytes = await estimateModel(model, sdk);
    const peer = delegate && { model: alias, peerKey: toPublicKey(peerSeed(alias)) };
    return () => {
      if (peer) log.info(peer, 'the provider must allow this key');
      const leaving = this.#leaving.get(alias);
      return leaving ? this.#takeBack(leaving.served, model) : this.#create(model, estimateBytes);
    };
  }

  #reconfigure(served: Served, model: ConfiguredModel): Served {
    served.model = model;
    served.host.reconfigure(toSettings(model));
    return served;
  }

  /** Of one whose last calls have not ended yet: it is loaded anew after them. */
  #takeBack(served: Served, model: ConfiguredModel): Served {
    this.#leaving.delete(model.alias);
    served.host.accept();
    return this.#reconfigure(served, model);
  }

  #create(model: ConfiguredModel, estimateBytes: number): Served {
    const { gate, sdk } = this.#options;
    const served: Served = { model, host: this.#createHost(model, () => served.model) };
    gate.add({
      host: served.host,
      get pinned() {
        return served.model.pinned;
      },
      estimateBytes,
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
      planRestart: (failures) =>
        planRestart(failures, current().delegate ? PEER_COOL_DOWN_MS : COOL_DOWN_MS, Math.random),
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
