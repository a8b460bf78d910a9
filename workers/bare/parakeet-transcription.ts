import { parakeetPlugin } from '@qvac/sdk/parakeet-transcription/plugin';
import { endCancelledTranscriptions } from './end-cancelled-transcription.js';
import { failWithEngine } from './parakeet-failure.js';
import { serveEngine } from './serve-engine.js';

const plugin: typeof parakeetPlugin = {
  ...parakeetPlugin,
  createModel(params) {
    const result = parakeetPlugin.createModel(params);
    failWithEngine(result.model);
    endCancelledTranscriptions(result.model);
    return result;
  },
};

serveEngine(plugin, (threads) => ({ maxThreads: Number(threads) }));
