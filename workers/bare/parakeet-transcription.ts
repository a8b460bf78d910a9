import { endCancelledTranscriptions } from './end-cancelled-transcription.js';
import { failWithEngine } from './parakeet-failure.js';
import { serveEngine } from './serve-engine.js';

await serveEngine(
  async () => {
    const { parakeetPlugin } = await import('@qvac/sdk/parakeet-transcription/plugin');
    return {
      ...parakeetPlugin,
      createModel(params) {
        const result = parakeetPlugin.createModel(params);
        failWithEngine(result.model);
        endCancelledTranscriptions(result.model);
        return result;
      },
    };
  },
  { toThreadsConfig: (threads) => ({ maxThreads: Number(threads) }) },
);
