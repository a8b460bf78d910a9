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

/** Those models that a peer can be given: the SDK passes on chats, of a model that is here. */
export function providableModels({ models }: GatewayConfig): ConfiguredModel[] {
  return models.filter(({ type, delegate }) => type === 'llamacpp-completion' && !delegate);
}

/**
 * Runs models for other peers until `signal` aborts. When it has ended, no process and no temporary file is left.
 *
 * @param onReady told the provider's public key, in hex, when peers can reach it.
 * @throws Error if it can't start, or its process ends.
 */
export async function provideModels(
  { models, sdk, allowedKeys, seedFile }: ProvideOptions,
  onReady: (publicKey: string) => void,
  signal: AbortSignal,
): Promise<void> {
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
      await Promise.race([pool.start(allowedKeys), stopped]);
      if (!signal.aborted) onReady(toPublicKey(seed));
      await Promise.race([pool.ended(), stopped]);
      if (!signal.aborted) throw new Error('the process that runs the models has ended');
    } finally {
      await pool.close();
    }
  } finally {
    await files.remove();
  }
}

function shareThreads(cores: number, models: readonly ConfiguredModel[]): number {
  const wishes = models.map(({ config: { threads } }) => ({
    threads: typeof threads === 'number' ? threads : undefined,
    replicas: 1,
  }));
  return sharedThreads(cores, wishes);
}
