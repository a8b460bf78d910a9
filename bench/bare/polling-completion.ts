/**
 * Bare entry of the baseline "SDK as it comes". The SDK's own entry is out of the question: it loads every engine and
 * aborts on a machine without libvulkan.so.1. This one registers llama.cpp and leaves all else as the SDK has it, the
 * 100 ms polls included. Only the number of threads is set, because both sides must have the same.
 */
import { llmPlugin } from '@qvac/sdk/llamacpp-completion/plugin';
import { registerPlugin } from '@qvac/sdk/plugins';
import { ensureRPCSetup, initializeWorkerCore } from '@qvac/sdk/worker-core';
import env from 'bare-env';

const { hasRPCConfig } = initializeWorkerCore();
registerPlugin({
  ...llmPlugin,
  createModel(params) {
    const threads = env.QVAC_GATEWAY_THREADS;
    return llmPlugin.createModel({ ...params, modelConfig: { ...params.modelConfig, threads } });
  },
});
if (hasRPCConfig) ensureRPCSetup();
