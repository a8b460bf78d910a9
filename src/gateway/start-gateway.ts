import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { GatewayConfig } from '../config/gateway-config.js';
import { createServer } from '../http/server.js';
import { LoadGate } from '../models/load-gate.js';
import { MODEL_STATES } from '../models/model-state.js';
import { Readiness } from '../models/readiness.js';
import { shuttingDown } from '../models/replica.js';
import { StateFeed } from '../models/state-feed.js';
import type { ReloadReport } from '../protocol/reload.js';
import { createHops } from '../remote/hops.js';
import type { LogBuffer } from '../telemetry/log-buffer.js';
import type { Logger } from '../telemetry/logger.js';
import { createMetrics } from '../telemetry/metrics.js';
import { readCpuCores } from './cpu-cores.js';
import type { Door } from './door.js';
import { LoadedModels } from './loaded-models.js';
import { readModelNumbers } from './model-numbers.js';
import { Reloader } from './reloader.js';
import { readRoom } from './room.js';
import { RunFiles } from './run-files.js';
import { ServedModels } from './served-models.js';
import type { StartedModel } from './started-model.js';

/** A running gateway. */
export interface Gateway {
  /** Base URL of the API, without `/v1`. */
  readonly url: string;
  readonly models: readonly StartedModel[];
  /**
   * Reads the config again, and goes by it.
   *
   * @throws {ApiError} `invalid_config`, `reload_failed`; nothing has changed then.
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
  /** Reads the config again, and checks it. Throws `ConfigError`. */
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
  const { log, logs, door, logPrompts, readConfig, onReloaded, stopping, inherited } = options;
  const files = await RunFiles.create(config.sdk);
  let served: ServedModels | undefined;
  const kill = (): void => served?.kill();
  process.prependOnceListener('exit', kill); // before the files are removed that engines write to
  try {
    let markStarted = (): void => {};
    const started = new Promise<void>((resolve) => {
      markStarted = resolve;
    });
    const readiness = new Readiness();
    const feed = new StateFeed();
    const hops = createHops();
    const metrics = createMetrics(MODEL_STATES, () => readModelNumbers(models.hosts));
    const gate = new LoadGate({ room: await readRoom(config), onEvicted: metrics.evicted, log });
    const models = new ServedModels({
      files,
      cores: await readCpuCores(),
      sdk: config.sdk,
      gate,
      metrics,
      readiness,
      loaded: new LoadedModels(inherited ?? [], options.reportLoaded ?? (() => {})),
      feed,
      hops: hops.next({}),
      inherited: inherited ?? [],
      stopping,
      onDownloading: () => markStarted(),
      log,
    });
    served = models;
    const takeOver = await models.prepare(config);
    const { begin } = takeOver();

    const uploadFolder = join(files.runFolder, 'uploads');
    await mkdir(uploadFolder);
    const server = createServer(
      models.fleet,
      { ...config, takesImages: (alias) => models.takesImages(alias), logPrompts, uploadFolder, hops },
      { metrics, feed, gate, logs, missing: () => readiness.missing(), reload: () => reloader.reload() },
      started,
      log,
    );
    const reloader = new Reloader(config, {
      readConfig,
      async apply(next) {
        const takeOver = await models.prepare(next);
        if (stopping.aborted) throw shuttingDown();
        // In one step, that nobody sees the half of. Nothing in it waits or fails.
        server.reconfigure(next);
        const { changes, begin } = takeOver();
        void begin();
        return changes;
      },
      onReloaded,
      log,
    });
    const url = await door.open(server, config.host, config.port);
    if (inherited) markStarted();
    const startedModels = await begin();
    markStarted();

    return {
      url,
      models: startedModels,
      reload: () => reloader.reload(),
      async stop(shutdownTimeoutMs) {
        models.fleet.refuse();
        const closed = Promise.all([server.close(), door.closed()]);
        await Promise.race([closed, delay(shutdownTimeoutMs, undefined, { ref: false })]);
        await models.stop();
        server.server.closeAllConnections();
        await closed;
        await files.remove();
        process.off('exit', kill);
      },
    };
  } catch (error) {
    process.off('exit', kill);
    await files.remove();
    throw error;
  }
}
