import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConfiguredModel, GatewayConfig } from '../config/gateway-config.js';
import { createServer } from '../http/server.js';
import { Fleet, type FleetModel } from '../models/fleet.js';
import { LoadGate } from '../models/load-gate.js';
import { MODEL_STATES } from '../models/model-state.js';
import { Readiness } from '../models/readiness.js';
import { StateFeed } from '../models/state-feed.js';
import { AssetsPool } from '../pool/assets-pool.js';
import { describeMissingLibrary } from '../protocol/missing-library.js';
import { takesImages } from '../protocol/model-spec.js';
import type { ReloadReport } from '../protocol/reload.js';
import { createHops } from '../remote/hops.js';
import type { LogBuffer } from '../telemetry/log-buffer.js';
import type { Logger } from '../telemetry/logger.js';
import { createMetrics } from '../telemetry/metrics.js';
import { readCpuCores } from './cpu-cores.js';
import type { Remotes, RemotesOptions } from './create-remotes.js';
import { createDemoModel } from './demo-model.js';
import type { Door } from './door.js';
import { findUnofferedModels } from './find-unoffered-models.js';
import { LoadedModels } from './loaded-models.js';
import { LocalModels } from './local-models.js';
import { findMissingLibraries } from './missing-libraries.js';
import { readModelNumbers } from './model-numbers.js';
import { Reloader } from './reloader.js';
import { readRoom } from './room.js';
import { createRunFolder, type RunFolder, runFolderParents } from './run-folder.js';
import { sweepRunFolders } from './sweep-run-folders.js';

/** How a model stands when the gateway has started. */
export interface StartedModel {
  readonly alias: string;
  readonly category: string;
  readonly isLoaded: boolean;
  /** Why it was to be preloaded and could not be. */
  readonly failure?: string;
  /** Time that the preload took. */
  readonly loadMs?: number;
}

/** A running gateway. */
export interface Gateway {
  /** Base URL of the API, without `/v1`. */
  readonly url: string;
  readonly models: readonly StartedModel[];
  /**
   * Reads the config again, and serves its models.
   *
   * @throws {ApiError} `invalid_config`; nothing has changed then.
   */
  reload(): Promise<ReloadReport>;
  /** Stops it: running calls may finish until a deadline; then no process, socket or temporary file is left. */
  stop(shutdownTimeoutMs: number): Promise<void>;
}

/** What a gateway is started with, beside its config. */
export interface GatewayOptions {
  readonly log: Logger;
  /** The last lines of it. */
  readonly logs: LogBuffer;
  /** How it gets its connections. */
  readonly door: Door;
  /** Whether the log has what clients ask, and what models answer. */
  readonly logPrompts: boolean;
  /** Reads the config again, and checks it. */
  readonly readConfig: () => Promise<GatewayConfig>;
  /** Told what the gateway runs by since it read the config again. */
  readonly onReloaded: (config: GatewayConfig) => void;
  /** Ends the wait for preloads; the gateway must be stopped all the same. */
  readonly stopping: AbortSignal;
  /** The models that a gateway which died had loaded, if this one takes its place. */
  readonly inherited?: readonly string[] | undefined;
  /** Told which models the next one should load. */
  readonly reportLoaded?: ((aliases: readonly string[]) => void) | undefined;
}

/**
 * Puts the gateway together and starts it. The port is taken at once and answers when the models to preload are loaded.
 * One that can't be loaded, or must be downloaded first, does not keep the others from being served. A gateway that takes
 * another's place answers at once, and loads meanwhile: a client that does not need these models should not wait for them.
 *
 * A process that exits takes the engines' processes and the temporary files along, however it comes to that.
 *
 * @param config without models, the built-in demo model is served.
 * @throws Node's error if the port can't be had (`EADDRINUSE`, `EACCES`, …).
 */
export async function startGateway(config: GatewayConfig, options: GatewayOptions): Promise<Gateway> {
  const { log, logs, door, logPrompts, readConfig, stopping, inherited } = options;
  await sweepRunFolders();
  const folder = await createRunFolder('temporary');
  let cacheFolder: RunFolder | undefined;
  let local: LocalModels | undefined;
  let remotes: Remotes | undefined;
  const elsewhere = () =>
    [...(remotes?.models ?? []), ...(remotes?.discovered() ?? [])].map(({ host }) => host);
  const cleanUp = (): void => {
    for (const host of local?.hosts ?? []) host.kill();
    folder.removeSync();
    cacheFolder?.removeSync();
  };
  process.once('exit', cleanUp);
  try {
    const isEmpty = config.models.length + config.routed.length + config.remotes.length === 0;
    const models = isEmpty ? [await createDemoModel(folder.path)] : config.models;
    const sdkConfigFile = join(folder.path, 'sdk.config.json');
    /** Before models are served that may be the first to keep conversations. */
    const prepareFolders = async (next: readonly ConfiguredModel[]): Promise<void> => {
      if (next.some(({ kvCacheBytes }) => kvCacheBytes !== undefined)) {
        cacheFolder ??= await createRunFolder('onDisk');
      }
      await writeFile(sdkConfigFile, JSON.stringify(toSdkConfig(config.sdk, cacheFolder)));
    };
    await prepareFolders(models);
    const surroundings = {
      runFolder: folder.path,
      sdkConfigFile,
      get cacheFolder() {
        return cacheFolder?.path;
      },
    };
    const assets = new AssetsPool(surroundings);
    const wanted = models.filter((model) => model.preload || inherited?.includes(model.alias));
    const readiness = new Readiness(wanted.map(({ alias }) => alias));
    const feed = new StateFeed();
    let markStarted = (): void => {};
    const started = new Promise<void>((resolve) => {
      markStarted = resolve;
    });
    const metrics = createMetrics(MODEL_STATES, () =>
      readModelNumbers([...(local?.hosts ?? []), ...elsewhere()]),
    );
    const gate = new LoadGate({ room: await readRoom(config), onEvicted: metrics.evicted, log });
    const running = new LocalModels({
      surroundings,
      cores: await readCpuCores(),
      sdk: config.sdk,
      maxLoaded: config.maxLoaded,
      assets,
      gate,
      metrics,
      readiness,
      loaded: new LoadedModels(inherited ?? [], options.reportLoaded ?? (() => {})),
      feed,
      log,
      onDownloading: () => markStarted(),
    });
    local = running;
    await running.apply(models);
    const hops = createHops();
    if (config.routed.length + config.remotes.length > 0) {
      const findLocal = (alias: string) => running.find(alias);
      remotes = await loadRemotes(config, { findLocal, hops: hops.next({}), metrics, feed, log });
    }
    const fleetModels = () => [...running.fleetModels, ...(remotes?.models ?? [])];
    const fleet = new Fleet(fleetModels(), () => remotes?.discovered() ?? []);

    const serverOptions = {
      host: config.host,
      apiKeys: config.apiKeys,
      corsOrigins: config.corsOrigins,
      listModels: config.listModels,
      requestTimeoutMs: config.requestTimeoutMs,
      logPrompts,
      images: {
        hosts: config.imageHosts,
        takesImages: (alias: string) =>
          running.models.some((model) => model.alias === alias && takesImages(model)),
      },
      uploadFolder: join(folder.path, 'uploads'),
      hops,
    };
    await mkdir(serverOptions.uploadFolder);
    const reloader = new Reloader(
      { ...config, models },
      {
        readConfig,
        async apply(next) {
          await prepareFolders(next.models);
          const changes = await running.apply(next.models);
          fleet.replace(fleetModels());
          for (const model of next.models.filter(({ preload }) => preload)) {
            readiness.want(model.alias);
            if (changes.added.includes(model.alias)) void load(fleet, gate, model, stopping);
          }
          return changes;
        },
        onReloaded: options.onReloaded,
        log,
      },
    );
    const server = createServer(
      fleet,
      serverOptions,
      { metrics, feed, gate, logs, missing: () => readiness.missing(), reload: () => reloader.reload() },
      started,
      log,
    );
    const url = await door.open(server, config.host, config.port);
    if (inherited) markStarted();
    const [startedModels, missingLibraries] = await Promise.all([
      Promise.all(models.map((model) => preload(fleet, gate, model, stopping, inherited))),
      findMissingLibraries(models),
      remotes?.start(),
    ]);
    for (const { library, models } of missingLibraries) {
      log.warn({ models, library }, `models can't be used: ${describeMissingLibrary(library)}`);
    }
    const offered = fleet.models().map(({ host }) => host.alias);
    for (const { key, model } of findUnofferedModels(config.apiKeys, offered)) {
      log.warn(
        { key, model },
        `key '${key}' is for model '${model}', which neither the config nor a remote that has answered has`,
      );
    }
    markStarted();

    return {
      url,
      models: [
        ...startedModels,
        ...[...(remotes?.models ?? []), ...(remotes?.discovered() ?? [])].map(toStartedModel),
      ],
      reload: () => reloader.reload(),
      async stop(shutdownTimeoutMs) {
        fleet.refuse();
        const closed = Promise.all([server.close(), door.closed()]);
        await Promise.race([closed, delay(shutdownTimeoutMs, undefined, { ref: false })]);
        await Promise.all([...running.hosts, ...elsewhere()].map((host) => host.stop()));
        await Promise.all([assets.closed(), remotes?.close()]);
        server.server.closeAllConnections();
        await closed;
        await Promise.all([folder.remove(), cacheFolder?.remove()]);
        process.off('exit', cleanUp);
      },
    };
  } catch (error) {
    process.off('exit', cleanUp);
    await Promise.all([folder.remove(), cacheFolder?.remove()]);
    throw error;
  }
}

/** A model that keeps conversations gives the SDK another home, where it would look for the files of models, too. */
function toSdkConfig(sdk: GatewayConfig['sdk'], cacheFolder: RunFolder | undefined): GatewayConfig['sdk'] {
  if (!cacheFolder) return sdk;
  return { cacheDirectory: join(runFolderParents().onDisk, 'models'), ...sdk };
}

/** What it needs is only imported where there are remotes: it would cost every other start some 50 ms. */
async function loadRemotes(config: GatewayConfig, options: RemotesOptions): Promise<Remotes> {
  const { createRemotes } = await import('./create-remotes.js');
  return createRemotes(config, options);
}

function toStartedModel({ host, category }: FleetModel): StartedModel {
  const { replicas } = host.snapshot();
  const failure = replicas.find(({ lastExit }) => lastExit !== undefined)?.lastExit;
  const isLoaded = host.loadedAt !== undefined;
  return {
    alias: host.alias,
    category,
    isLoaded,
    ...(!isLoaded && { failure: `its remote ${failure?.reason ?? 'has not answered yet'}` }),
  };
}

async function preload(
  fleet: Fleet,
  gate: LoadGate,
  { alias, category, preload }: ConfiguredModel,
  stopping: AbortSignal,
  inherited: readonly string[] = [],
): Promise<StartedModel> {
  if (!preload && !inherited.includes(alias)) return { alias, category, isLoaded: false };
  return load(fleet, gate, { alias, category }, stopping);
}

async function load(
  fleet: Fleet,
  gate: LoadGate,
  { alias, category }: Pick<ConfiguredModel, 'alias' | 'category'>,
  stopping: AbortSignal,
): Promise<StartedModel> {
  const startedAt = performance.now();
  try {
    await gate.modestly(alias, () => fleet.get(alias).ensureReady(stopping));
    return { alias, category, isLoaded: true, loadMs: performance.now() - startedAt };
  } catch (error) {
    return { alias, category, isLoaded: false, failure: (error as Error).message };
  }
}
