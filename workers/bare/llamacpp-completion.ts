import { serveEngine } from './serve-engine.js';

await serveEngine(
  async () => {
    const { llmPlugin } = await import('@qvac/sdk/llamacpp-completion/plugin');
    return llmPlugin;
  },
  // Unknown to the SDK's schema, which would drop it on the way: llama.cpp's own, as text.
  { toThreadsConfig: (threads) => ({ threads }) },
);
