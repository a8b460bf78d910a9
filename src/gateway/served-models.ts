import type { ConfiguredModel, GatewayConfig } from '../config/gateway-config.js';
import { Fleet } from '../models/fleet.js';
import type { ServedModel } from '../models/served-model.js';
import { AssetsPool } from '../pool/assets-pool.js';
import { describeMissingLibrary } from '../protocol/missing-library.js';
import { takesImages } from '../protocol/model-spec.js';
import { type ModelChanges, mergeChanges } from './compare-models.js';
import { createDemoModel } from './demo-model.js';
import { toFarewell } from './farewell.js';
import { findUnofferedModels } from './find-unoffered-models.js';
import { LocalModels, type LocalModelsOptions } from './local-models.js';
import { findMissingLibraries } from './missing-libraries.js';
import type { RemoteModels, RemoteModelsOptions } from './remote-models.js';
import { readRoom } from './room.js';
import type { RunFiles } from './run-files.js';
import { type StartedModel, toStartedModel } from './started-model.js';

/** What the models of a config need of the rest of the gateway. */
export interface ServedModelsOptions
  extends Omit<LocalModelsOptions, 'files' | 'assets'>,
    Omit<RemoteModelsOptions, 'findLocal'> {
  readonly files: RunFiles;
  /** Aliases of models that are to be loaded beside those that the config says. */
  readonly inherited: readonly string[];
  /** Ends the wait for models that are to be loaded. */
  readonly stopping: AbortSignal;
}

/** What a config has changed. */
interface TakenOver {
  readonly changes: ModelChanges;
  /**
   * Loads what is to be loaded without being asked for, and looks at servers, as far as they are new. Resolves when all that
   * is done, with how all models stand.
   */
  readonly begin: () => Promise<StartedModel[]>;
}

/** All models that are served, here and elsewhere, as the config has them. */
export class ServedModels {
  readonly fleet: Fleet;
  readonly #options: ServedModelsOptions;
  readonly #assets: AssetsPool;
  readonly #local: LocalModels;
  /** None before the first config that has some: what it needs costs 50 ms to import. */
  #remote: RemoteModels | undefined;
  #demo: ConfiguredModel | undefined;

  constructor(options: ServedModelsOptions) {
    this.#options = options;
    this.#assets = new AssetsPool(options.files);
    this.#local = new LocalModels({ ...options, assets: this.#assets });
    this.fleet = new Fleet([], () => this.#remote?.discovered() ?? []);
  }

  /** All that may have workers or calls. */
  get hosts(): ServedModel[] {
    return [...this.#local.hosts, ...(this.#remote?.hosts ?? [])];
  }

  /** Whether a model takes images. */
  takesImages(alias: string): boolean {
    return this.#local.models.some((model) => model.alias === alias && takesImages(model));
  }

  /**
   * Makes ready all that this config needs and that may fail. Nothing has changed yet.
   *
   * @param config without models, the built-in demo model is served.
   * @returns what serves its models from then on, and no others, in one step that does not fail. Those that are the same do
   *   not notice. It is for the models of now: take over what was prepared last, or nothing.
   * @throws Error if a file of this gateway can't be read or written.
   */
  async prepare(config: GatewayConfig): Promise<() => TakenOver> {
    const models = await this.#modelsOf(config);
    const isElsewhere = config.routed.length + config.remotes.length > 0;
    const keepsConversations = models.some(({ kvCacheBytes }) => kvCacheBytes !== undefined);
    if (keepsConversations) await this.#options.files.keepConversations();
    if (isElsewhere) this.#remote ??= await this.#createRemote();
    const room = await readRoom(config);
    const serveHere = await this.#local.prepare(models, config.maxLoaded);
    return () => {
      this.#options.gate.room = room;
      return this.#takeOver({ ...config, models }, serveHere);
    };
  }

  #takeOver(config: GatewayConfig, serveHere: () => ModelChanges): TakenOver {
    const { models } = config;
    const { readiness, inherited } = this.#options;
    const here = serveHere();
    const elsewhere = this.#remote?.apply(config);
    this.fleet.replace([...this.#local.fleetModels, ...(this.#remote?.fleetModels ?? [])]);
    // Now it is known whether another has their names.
    for (const alias of here.removed) this.#local.dismiss(alias, toFarewell(alias, this.fleet.has(alias)));

    const added = models.filter(({ alias }) => here.added.includes(alias));
    const wanted = models.filter(({ alias, preload }) => preload || inherited.includes(alias));
    const fresh = readiness.want(new Map(wanted.map(({ alias }) => [alias, this.fleet.get(alias).state])));
    return {
      changes: elsewhere ? mergeChanges(here, elsewhere) : here,
      begin: async () => {
        const [loads] = await Promise.all([
          Promise.all(wanted.filter(({ alias }) => fresh.includes(alias)).map((model) => this.#load(model))),
          this.#remote?.start(),
          this.#warnOfMissingLibraries(added),
        ]);
        this.#warnOfUnoffered(config);
        return this.fleet
          .models()
          .map((model) => loads.find(({ alias }) => alias === model.host.alias) ?? toStartedModel(model));
      },
    };
  }

  /** Ends all calls and workers. */
  async stop(): Promise<void> {
    await Promise.all(this.hosts.map((host) => host.stop()));
    await Promise.all([this.#assets.closed(), this.#remote?.close()]);
  }

  /** Ends all workers at once, for a gateway that is about to end itself. */
  kill(): void {
    for (const host of this.#local.hosts) host.kill();
  }

  async #modelsOf({ models, routed, remotes }: GatewayConfig): Promise<readonly ConfiguredModel[]> {
    if (models.length + routed.length + remotes.length > 0) return models;
    this.#demo ??= await createDemoModel(this.#options.files.runFolder);
    return [this.#demo];
  }

  async #createRemote(): Promise<RemoteModels> {
    const { RemoteModels } = await import('./remote-models.js');
    return new RemoteModels({ ...this.#options, findLocal: (alias) => this.#local.find(alias) });
  }

  async #load({ alias, category }: ConfiguredModel): Promise<StartedModel> {
    const { gate, stopping } = this.#options;
    const startedAt = performance.now();
    try {
      await gate.modestly(alias, () => this.fleet.get(alias).ensureReady(stopping));
      return { alias, category, isLoaded: true, loadMs: performance.now() - startedAt };
    } catch (error) {
      return { alias, category, isLoaded: false, failure: (error as Error).message };
    }
  }

  #warnOfUnoffered({ apiKeys }: GatewayConfig): void {
    const offered = this.fleet.models().map(({ host }) => host.alias);
    for (const { key, model } of findUnofferedModels(apiKeys, offered)) {
      this.#options.log.warn(
        { key, model },
        `key '${key}' is for model '${model}', which neither the config nor a remote that has answered has`,
      );
    }
  }

  async #warnOfMissingLibraries(added: readonly ConfiguredModel[]): Promise<void> {
    for (const { library, models } of await findMissingLibraries(added)) {
      this.#options.log.warn({ models, library }, `models can't be used: ${describeMissingLibrary(library)}`);
    }
  }
}
