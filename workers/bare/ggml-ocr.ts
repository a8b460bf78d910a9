import { serveEngine } from './serve-engine.js';

await serveEngine(async () => {
  const { ocrPlugin } = await import('@qvac/sdk/ggml-ocr/plugin');
  return ocrPlugin;
});
