import { serveEngine } from './serve-engine.js';

await serveEngine(async () => {
  const { bciPlugin } = await import('@qvac/sdk/bci-whispercpp-transcription/plugin');
  return bciPlugin;
});
