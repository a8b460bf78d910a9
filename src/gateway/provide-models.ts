import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConfiguredModel, GatewayConfig } from '../config/gateway-config.js';
import { sharedThreads } from '../models/thread-policy.js';
import { readSeedFile, toPublicKey } from '../pool/peer-identity.js';
import { ProviderPool } from '../pool/provider-pool.js';
import { providerEnv } from '../pool/worker-env.js';
import { readCpuCores } from './cpu-cores.js';
import { RunFiles } from './run-files.js';

/** What to offer to whom. */
export interface ProvideOptions {
  readonly models: readonly ConfiguredModel[];
  /** The SDK's settings, of the config. */
  readonly sdk: GatewayConfig['sdk'];
  /** Public keys of the peers that may use them, in lower-case hex; `undefined` lets anyone who knows the provider's. */
  readonly allowedKeys: readonly string[] | undefined;
  /** Where the provider's identity is; by default in `~/.qvac`. */
  readonly seedFile?: string | undefined;
}

/** What happens before peers can reach the provider. */
export type ProviderEvent =
  | { readonly type: 'loading'; readonly alias: string }
  | { readonly type: 'loaded'; readonly alias: string; readonly loadMs: number }
  /** A peer that asks for the model has it loaded again. */
  | { readonly type: 'load-failed'; readonly alias: string; readonly reason: string }
  /** Its public key, in hex. */
  | { readonly type: 'ready'; readonly publicKey: string };

/** Those models that a peer can be given: the SDK passes on chats, of a model that is here. */
export function providableModels({ models }: GatewayConfig): ConfiguredModel[] {
  return models.filter(({ type, delegate }) => type === 'llamacpp-completion' && !delegate);
}

/**
 * Runs models for other peers until `signal` aborts, those to be preloaded from before the first peer. When it has ended, no
 * process and no temporary file is left.
 *
 * @throws Error if it can't start, or its process ends.
 */
export async function provideModels(
  options: ProvideOptions,
  report: (event: ProviderEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const { models, sdk, seedFile } = options;
  const seed = readSeedFile(seedFile ?? join(homedir(), '.qvac', 'provider-seed'));
  const files = await RunFiles.create(sdk);
  try {
    const surroundings = {
      runFolder: files.runFolder,
      sdkConfigFile: files.sdkConfigFile,
      sharedThreads: shareThreads(await readCpuCores(), models),
    };
    const pool = new ProviderPool(providerEnv(models, seed, surroundings));
    const stopped = new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    try {
      const ended = pool.ended().then(() => {
        throw new Error('the process that runs the models has ended');
      });
      await Promise.race([begin(pool, options, report, signal), ended, stopped]);
      if (!signal.aborted) report({ type: 'ready', publicKey: toPublicKey(seed) });
      await Promise.race([ended, stopped]);
    } finally {
      await pool.close();
    }
  } finally {
    await files.remove();
  }
}

/** One that can't be loaded does not keep the others from being offered, as in a gateway. */
async function begin(
  pool: ProviderPool,
  { models, allowedKeys }: ProvideOptions,
  report: (event: ProviderEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  for (const model of models.filter(({ preload }) => preload)) {
    const { alias } = model;
    report({ type: 'loading', alias });
    const startedAt = performance.now();
    try {
      await pool.preload(model);
      report({ type: 'loaded', alias, loadMs: performance.now() - startedAt });
    } catch (error) {
      if (!signal.aborted) report({ type: 'load-failed', alias, reason: (error as Error).message });
    }
    if (signal.aborted) return;
  }
  await pool.start(allowedKeys);
}

function shareThreads(cores: number, models: readonly ConfiguredModel[]): number {
  const wishes = models.map(({ config: { threads } }) => ({
    threads: typeof threads === 'number' ? threads : undefined,
    replicas: 1,
  }));
  return sharedThreads(cores, wishes);
}
