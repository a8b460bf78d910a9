import { serveEngine } from './serve-engine.js';

await serveEngine(async () => {
  const { diffusionPlugin } = await import('@qvac/sdk/sdcpp-generation/plugin');
  return diffusionPlugin;
});
