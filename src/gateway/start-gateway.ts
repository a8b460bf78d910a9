import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConfiguredModel, GatewayConfig } from '../config/gateway-config.js';
import { createServer } from '../http/server.js';
import { Fleet } from '../models/fleet.js';
import { ModelHost } from '../models/model-host.js';
import { planRestart } from '../models/restart-policy.js';
import { threadsPerModel } from '../models/thread-policy.js';
import { AssetsPool } from '../pool/assets-pool.js';
import { ModelPool } from '../pool/model-pool.js';
import { describeMissingLibrary } from '../protocol/missing-library.js';
import { takesImages } from '../protocol/model-spec.js';
import type { Logger } from '../telemetry/logger.js';
import { createDemoModel } from './demo-model.js';
import { findMissingLibraries } from './missing-libraries.js';
import { createRunFolder } from './run-folder.js';

/** How long running calls may take to finish when the gateway stops. */
const SHUTDOWN_TIMEOUT_MS = 30_000;

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
  stop(): Promise<void>;
  /** Ends the processes of all models at once. The gateway is of no use then. */
  kill(): void;
}

/**
 * Puts the gateway together and starts it. The port is taken at once and answers when the models to preload are loaded.
 * One that can't be loaded does not keep the others from being served.
 *
 * @param config without models, the built-in demo model is served.
 * @param stopping ends the wait for preloads; the gateway must be stopped all the same.
 * @throws Node's error if the port can't be had (`EADDRINUSE`, `EACCES`, …).
 */
export async function startGateway(
  config: GatewayConfig,
  log: Logger,
  stopping: AbortSignal,
): Promise<Gateway> {
  const folder = await createRunFolder();
  try {
    const models = config.models.length > 0 ? config.models : [await createDemoModel(folder.path)];
    const sdkConfigFile = join(folder.path, 'sdk.config.json');
    await writeFile(sdkConfigFile, JSON.stringify(config.sdk));
    const surroundings = {
      runFolder: folder.path,
      sdkConfigFile,
      threadsPerModel: threadsPerModel(availableParallelism(), models.length),
    };
    const assets = new AssetsPool(surroundings);
    const fleet = new Fleet(
      models.map((model) => ({
        category: model.category,
        default: model.default,
        host: new ModelHost({
          alias: model.alias,
          slots: slotsOf(model),
          queueLimit: model.queue,
          download: (onProgress, signal) => assets.ensure(model, onProgress, signal),
          planRestart: (failures) => planRestart(failures, Math.random),
          createPool: () => new ModelPool(model, model, surroundings),
          log: log.child({ model: model.alias }),
        }),
      })),
    );

    let markStarted = (): void => {};
    const started = new Promise<void>((resolve) => {
      markStarted = resolve;
    });
    const options = {
      host: config.host,
      apiKeys: config.apiKeys.map(({ key }) => key),
      corsOrigins: config.corsOrigins,
      listModels: config.listModels,
      images: { hosts: config.imageHosts, models: models.filter(takesImages).map(({ alias }) => alias) },
      uploadFolder: join(folder.path, 'uploads'),
    };
    await mkdir(options.uploadFolder);
    const server = createServer(fleet, options, started, log);
    const url = await server.listen({ host: config.host, port: config.port });
    const [startedModels, missingLibraries] = await Promise.all([
      Promise.all(models.map((model) => preload(fleet, model, stopping))),
      findMissingLibraries(models),
    ]);
    for (const { library, models } of missingLibraries) {
      log.warn({ models, library }, `models can't be used: ${describeMissingLibrary(library)}`);
    }
    markStarted();

    return {
      url,
      models: startedModels,
      async stop() {
        fleet.refuse();
        const closed = server.close();
        await Promise.race([closed, delay(SHUTDOWN_TIMEOUT_MS, undefined, { ref: false })]);
        await fleet.stop();
        await assets.closed();
        server.server.closeAllConnections();
        await closed;
        await folder.remove();
      },
      kill() {
        for (const host of fleet.hosts()) host.kill();
        folder.removeSync();
      },
    };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** Calls that the engine runs at once: the slots that it was told to make. */
function slotsOf({ config }: ConfiguredModel): number {
  return typeof config.parallel === 'number' ? config.parallel : 1;
}

async function preload(
  fleet: Fleet,
  { alias, category, preload }: ConfiguredModel,
  stopping: AbortSignal,
): Promise<StartedModel> {
  if (!preload) return { alias, category, isLoaded: false };
  const startedAt = performance.now();
  try {
    await fleet.get(alias).ensureReady(stopping);
    return { alias, category, isLoaded: true, loadMs: performance.now() - startedAt };
  } catch (error) {
    return { alias, category, isLoaded: false, failure: (error as Error).message };
  }
}
