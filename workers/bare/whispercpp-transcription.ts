import { whisperPlugin } from '@qvac/sdk/whispercpp-transcription/plugin';
import { endCancelledTranscriptions } from './end-cancelled-transcription.js';
import { serveEngine } from './serve-engine.js';

const plugin: typeof whisperPlugin = {
  ...whisperPlugin,
  createModel(params) {
    const result = whisperPlugin.createModel(params);
    endCancelledTranscriptions(result.model);
    return result;
  },
};

serveEngine(plugin, (threads) => ({ n_threads: Number(threads) }));
