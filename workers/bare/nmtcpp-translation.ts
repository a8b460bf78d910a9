import { serveEngine } from './serve-engine.js';

await serveEngine(
  async () => {
    const { nmtPlugin } = await import('@qvac/sdk/nmtcpp-translation/plugin');
    return nmtPlugin;
  },
  { translates: true },
);
