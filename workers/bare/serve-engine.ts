import type { QvacPlugin } from '@qvac/sdk';
import { registerPlugin } from '@qvac/sdk/plugins';
import { ensureRPCSetup, initializeWorkerCore } from '@qvac/sdk/worker-core';
import env from 'bare-env';
import { endWithParent } from './end-with-parent.js';
import { streamWithoutPolling } from './stream-without-polling.js';

/** Environment variable with the number of CPU threads of this process's model; set by the model worker. */
const THREADS = 'QVAC_GATEWAY_THREADS';

/**
 * Starts the SDK's worker in this Bare process with one engine registered. The SDK's own entry registers every
 * engine: it needs more memory, and without libvulkan.so.1 it aborts even when all that is wanted is llama.cpp.
 */
export function serveEngine(plugin: QvacPlugin): void {
  endWithParent();
  const { hasRPCConfig } = initializeWorkerCore();
  registerPlugin({
    ...plugin,
    createModel(params) {
      // `threads` is llama.cpp's, but the SDK's schema drops it on the way here.
      const threads = env[THREADS];
      const modelConfig = threads ? { ...params.modelConfig, threads } : params.modelConfig;
      const result = plugin.createModel({ ...params, ...(modelConfig && { modelConfig }) });
      streamWithoutPolling(result.model);
      return result;
    },
  });
  if (hasRPCConfig) ensureRPCSetup();
}
