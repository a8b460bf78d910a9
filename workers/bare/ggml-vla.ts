import { serveEngine } from './serve-engine.js';

await serveEngine(async () => {
  const { vlaPlugin } = await import('@qvac/sdk/ggml-vla/plugin');
  return vlaPlugin;
});
