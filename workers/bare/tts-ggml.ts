import { serveEngine } from './serve-engine.js';

await serveEngine(async () => {
  const { ttsPlugin } = await import('@qvac/sdk/tts-ggml/plugin');
  return ttsPlugin;
});
