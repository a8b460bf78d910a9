import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConfiguredModel, GatewayConfig } from '../config/gateway-config.js';
import { createServer } from '../http/server.js';
import { Fleet, type FleetModel } from '../models/fleet.js';
import { ModelHost } from '../models/model-host.js';
import { MODEL_STATES } from '../models/model-state.js';
import { Readiness } from '../models/readiness.js';
import { planRestart } from '../models/restart-policy.js';
import { StateFeed } from '../models/state-feed.js';
import { sharedThreads } from '../models/thread-policy.js';
import { AssetsPool } from '../pool/assets-pool.js';
import { ModelPool } from '../pool/model-pool.js';
import { describeMissingLibrary } from '../protocol/missing-library.js';
import { takesImages } from '../protocol/model-spec.js';
import { createHops } from '../remote/hops.js';
import type { LogBuffer } from '../telemetry/log-buffer.js';
import type { Logger } from '../telemetry/logger.js';
import { createMetrics } from '../telemetry/metrics.js';
import { readCpuCores } from './cpu-cores.js';
import type { Remotes, RemotesOptions } from './create-remotes.js';
import { createDemoModel } from './demo-model.js';
import type { Door } from './door.js';
import { createLoadLog } from './load-log.js';
import { LoadedModels } from './loaded-models.js';
import { findMissingLibraries } from './missing-libraries.js';
import { readModelNumbers } from './model-numbers.js';
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
  const { log, logs, door, logPrompts, stopping, inherited } = options;
  await sweepRunFolders();
  const folder = await createRunFolder('temporary');
  let cacheFolder: RunFolder | undefined;
  let fleet: Fleet | undefined;
  let local: readonly ModelHost[] = [];
  const cleanUp = (): void => {
    for (const host of local) host.kill();
    folder.removeSync();
    cacheFolder?.removeSync();
  };
  process.once('exit', cleanUp);
  try {
    const isEmpty = config.models.length + config.routed.length + config.remotes.length === 0;
    const models = isEmpty ? [await createDemoModel(folder.path)] : config.models;
    if (models.some(({ kvCacheBytes }) => kvCacheBytes !== undefined)) {
      cacheFolder = await createRunFolder('onDisk');
    }
    const sdkConfigFile = join(folder.path, 'sdk.config.json');
    await writeFile(sdkConfigFile, JSON.stringify(toSdkConfig(config.sdk, cacheFolder)));
    const surroundings = {
      runFolder: folder.path,
      cacheFolder: cacheFolder?.path,
      sdkConfigFile,
      sharedThreads: sharedThreads(await readCpuCores(), models.map(toThreadWish)),
    };
    const assets = new AssetsPool(surroundings);
    const loaded = new LoadedModels(inherited ?? [], options.reportLoaded ?? (() => {}));
    const wanted = models.filter((model) => model.preload || inherited?.includes(model.alias));
    const readiness = new Readiness(wanted.map(({ alias }) => alias));
    const feed = new StateFeed();
    let markStarted = (): void => {};
    const started = new Promise<void>((resolve) => {
      markStarted = resolve;
    });
    const metrics = createMetrics(MODEL_STATES, () => readModelNumbers(fleet?.hosts() ?? []));
    const served = models.map((model) => ({
      category: model.category,
      default: model.default,
      threads: toThreadWish(model).threads ?? surroundings.sharedThreads,
      host: new ModelHost({
        alias: model.alias,
        replicas: model.replicas,
        slots: slotsOf(model),
        queueLimit: model.queue,
        download: (onProgress, signal) =>
          assets.ensure(
            model,
            (progress) => {
              onProgress(progress);
              if (progress.downloadedBytes !== progress.totalBytes) markStarted();
            },
            signal,
          ),
        planRestart: (failures) => planRestart(failures, Math.random),
        createPool: () => new ModelPool(model, model, surroundings, createLoadLog(log, model.alias)),
        onState: (change, state) => {
          loaded.changed(model.alias, state);
          readiness.changed(model.alias, state);
          feed.publish({ model: model.alias, ...change });
        },
        observer: metrics.observerOf(model.alias),
        log: log.child({ model: model.alias }),
      }),
    }));
    local = served.map(({ host }) => host);
    const hops = createHops();
    const remotes =
      config.routed.length + config.remotes.length > 0
        ? await loadRemotes(config, { hosts: local, hops: hops.next({}), metrics, feed, log })
        : undefined;
    fleet = new Fleet([...served, ...(remotes?.models ?? [])], () => remotes?.discovered() ?? []);
    const hosts = fleet;

    const serverOptions = {
      host: config.host,
      apiKeys: config.apiKeys,
      corsOrigins: config.corsOrigins,
      listModels: config.listModels,
      requestTimeoutMs: config.requestTimeoutMs,
      logPrompts,
      images: { hosts: config.imageHosts, models: models.filter(takesImages).map(({ alias }) => alias) },
      uploadFolder: join(folder.path, 'uploads'),
      hops,
    };
    await mkdir(serverOptions.uploadFolder);
    const server = createServer(
      hosts,
      serverOptions,
      { metrics, feed, logs, missing: () => readiness.missing() },
      started,
      log,
    );
    const url = await door.open(server, config.host, config.port);
    if (inherited) markStarted();
    const [startedModels, missingLibraries] = await Promise.all([
      Promise.all(models.map((model) => preload(hosts, model, stopping, inherited))),
      findMissingLibraries(models),
      remotes?.start(),
    ]);
    for (const { library, models } of missingLibraries) {
      log.warn({ models, library }, `models can't be used: ${describeMissingLibrary(library)}`);
    }
    markStarted();

    return {
      url,
      models: [
        ...startedModels,
        ...[...(remotes?.models ?? []), ...(remotes?.discovered() ?? [])].map(toStartedModel),
      ],
      async stop(shutdownTimeoutMs) {
        hosts.refuse();
        const closed = Promise.all([server.close(), door.closed()]);
        await Promise.race([closed, delay(shutdownTimeoutMs, undefined, { ref: false })]);
        await hosts.stop();
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

/** A model that keeps conversations gives the SDK another home, where it would look for the files of models, too. */
function toSdkConfig(sdk: GatewayConfig['sdk'], cacheFolder: RunFolder | undefined): GatewayConfig['sdk'] {
  if (!cacheFolder) return sdk;
  return { cacheDirectory: join(runFolderParents().onDisk, 'models'), ...sdk };
}

/** Calls that the engine runs at once: the slots that it was told to make. */
function slotsOf({ config }: ConfiguredModel): number {
  return typeof config.parallel === 'number' ? config.parallel : 1;
}

function toThreadWish({ config, replicas }: ConfiguredModel) {
  const threads = config.threads ?? config.n_threads; // whisper.cpp's name
  return { threads: typeof threads === 'number' ? threads : undefined, replicas };
}

async function preload(
  fleet: Fleet,
  { alias, category, preload }: ConfiguredModel,
  stopping: AbortSignal,
  inherited: readonly string[] = [],
): Promise<StartedModel> {
  if (!preload && !inherited.includes(alias)) return { alias, category, isLoaded: false };
  const startedAt = performance.now();
  try {
    await fleet.get(alias).ensureReady(stopping);
    return { alias, category, isLoaded: true, loadMs: performance.now() - startedAt };
  } catch (error) {
    return { alias, category, isLoaded: false, failure: (error as Error).message };
  }
}
