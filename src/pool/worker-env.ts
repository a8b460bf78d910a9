import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ModelSpec } from '../protocol/model-spec.js';
import { SDK_HOME } from '../protocol/sdk-home.js';
import { peerSeed } from './peer-identity.js';

/** What all threads of one gateway share. */
export interface ThreadSurroundings {
  /** Absolute path of a folder of this run. Sockets live there, so that removing it leaves nothing behind. */
  readonly runFolder: string;
  /** Absolute path of a JSON file with the SDK's own settings. Named always, or the SDK would look for one itself. */
  readonly sdkConfigFile: string;
  /** Absolute path of a folder of this run on a real disk, if there is a model that keeps conversations. */
  readonly cacheFolder?: string | undefined;
}

/** What all that run models share. */
export interface WorkerSurroundings extends ThreadSurroundings {
  /** CPU threads for a model whose config names none. */
  readonly sharedThreads: number;
}

/**
 * Environment of a model's thread, inherited by its `bare` process: it registers only this model's engine.
 *
 * @param sdkHome absolute path of a folder of its own for what the SDK writes; `undefined` is the usual one.
 */
export function modelEnv(
  spec: ModelSpec,
  surroundings: WorkerSurroundings,
  sdkHome: string | undefined,
): NodeJS.ProcessEnv {
  return {
    ...sdkEnv(spec.type, surroundings),
    ...(sdkHome !== undefined && { [SDK_HOME]: sdkHome }),
    ...(spec.delegate && { QVAC_GATEWAY_PEERS: '1', QVAC_HYPERSWARM_SEED: peerSeed(spec.alias) }),
    QVAC_GATEWAY_THREADS: String(spec.config.threads ?? surroundings.sharedThreads),
  };
}

/** Environment of the thread that downloads. */
export function assetsEnv(surroundings: ThreadSurroundings): NodeJS.ProcessEnv {
  return sdkEnv('assets', surroundings);
}

/**
 * Environment of the thread that serves other peers.
 *
 * @param seed of the provider's key: 64 hex digits.
 */
export function providerEnv(
  offers: readonly ModelSpec[],
  seed: string,
  surroundings: WorkerSurroundings,
): NodeJS.ProcessEnv {
  const written = offers.map(({ type, source, config: { threads, ...config } }) => ({
    type,
    source: typeof source === 'string' ? source : source.src,
    config,
    threads: String(threads ?? surroundings.sharedThreads),
  }));
  return {
    ...sdkEnv('provide', surroundings),
    QVAC_HYPERSWARM_SEED: seed,
    QVAC_GATEWAY_OFFERS: JSON.stringify(written),
  };
}

function sdkEnv(bareEntry: string, { runFolder, sdkConfigFile }: ThreadSurroundings): NodeJS.ProcessEnv {
  const path = fileURLToPath(new URL(`../../workers/bare/${bareEntry}.js`, import.meta.url));
  // The SDK would fall back to its own entry, which loads every engine.
  if (!existsSync(path)) throw new Error(`no Bare entry '${bareEntry}'`);
  return { ...process.env, TMPDIR: runFolder, QVAC_CONFIG_PATH: sdkConfigFile, QVAC_WORKER_PATH: path };
}
