import type { QvacPlugin } from '@qvac/sdk';
import { registerPlugin } from '@qvac/sdk/plugins';
import { ensureRPCSetup, initializeWorkerCore } from '@qvac/sdk/worker-core';
import env from 'bare-env';
import { endWithParent } from './end-with-parent.js';
import { outliveInterrupt } from './outlive-interrupt.js';
import { streamWithoutPolling } from './stream-without-polling.js';

/** Environment variable with the number of CPU threads of this process's model; set by the model worker. */
const THREADS = 'QVAC_GATEWAY_THREADS';

/** The engine's own config for a number of threads. An engine may refuse a field that it does not know. */
type ToThreadsConfig = (threads: string) => Readonly<Record<string, unknown>>;

/**
 * Starts the SDK's worker in this Bare process with one engine registered. The SDK's own entry registers every
 * engine: it needs more memory, and without libvulkan.so.1 it aborts even when all that is wanted is llama.cpp.
 *
 * @param toThreadsConfig how this engine is told its number of threads. Without it, it takes what it likes.
 */
export function serveEngine(plugin: QvacPlugin, toThreadsConfig: ToThreadsConfig = () => ({})): void {
  endWithParent();
  outliveInterrupt();
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
