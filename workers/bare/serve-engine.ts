import type { QvacPlugin } from '@qvac/sdk';
import env from 'bare-env';
import { endWithParent } from './end-with-parent.js';
import { endWithPeer } from './end-with-peer.js';
import { leaveOut } from './leave-out.js';
import { outliveInterrupt } from './outlive-interrupt.js';
import { stayOnLoopback } from './stay-on-loopback.js';
import { streamWithoutPolling } from './stream-without-polling.js';

/** Environment variable with the number of CPU threads of this process's model; set by the model worker. */
const THREADS = 'QVAC_GATEWAY_THREADS';

/** Environment variable that is set if this process's model runs on another peer; set by the model worker. */
const PEERS = 'QVAC_GATEWAY_PEERS';

interface EngineOptions {
  /**
   * The engine's own config for a number of threads. An engine may refuse a field that it does not know. Without it, it
   * takes as many as it likes.
   */
  readonly toThreadsConfig?: (threads: string) => Readonly<Record<string, unknown>>;
  /** Whether it is asked to translate. */
  readonly translates?: boolean;
}

/**
 * Starts the SDK's worker in this Bare process with one engine registered. The SDK's own entry registers every
 * engine: it needs more memory, and without libvulkan.so.1 it aborts even when all that is wanted is llama.cpp.
 *
 * @param importPlugin imports the engine, and with it much of the SDK: what is to be left out must be so by then.
 */
export async function serveEngine(
  importPlugin: () => Promise<QvacPlugin>,
  { toThreadsConfig = () => ({}), translates = false }: EngineOptions = {},
): Promise<void> {
  endWithParent();
  outliveInterrupt();
  const hasPeers = Boolean(env[PEERS]);
  leaveOut([
    'documents',
    ...(hasPeers ? [] : ['peers' as const]),
    ...(translates ? [] : ['languages' as const]),
  ]);
  if (hasPeers) {
    await stayOnLoopback();
    await endWithPeer();
  }
  const { ensureRPCSetup, initializeWorkerCore } = await import('@qvac/sdk/worker-core');
  const { registerPlugin } = await import('@qvac/sdk/plugins');
  const plugin = await importPlugin();
  const { hasRPCConfig } = initializeWorkerCore();
  registerPlugin({
    ...plugin,
    createModel(params) {
      const threads = env[THREADS];
      const modelConfig = { ...(threads && toThreadsConfig(threads)), ...params.modelConfig };
      const result = plugin.createModel({ ...params, modelConfig });
      streamWithoutPolling(result.model);
      return result;
    },
  });
  if (hasRPCConfig) ensureRPCSetup();
}
