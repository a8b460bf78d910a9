import { serveEngine } from './serve-engine.js';

await serveEngine(async () => {
  const { classificationPlugin } = await import('@qvac/sdk/ggml-classification/plugin');
  return classificationPlugin;
});
