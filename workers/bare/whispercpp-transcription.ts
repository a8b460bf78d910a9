import { endCancelledTranscriptions } from './end-cancelled-transcription.js';
import { serveEngine } from './serve-engine.js';

/** whisper.cpp passes over a cancel that comes as it starts: how long until it is told again. */
const REPEAT_MS = 50;

await serveEngine(
  async () => {
    const { whisperPlugin } = await import('@qvac/sdk/whispercpp-transcription/plugin');
    return {
      ...whisperPlugin,
      createModel(params) {
        const result = whisperPlugin.createModel(params);
        endCancelledTranscriptions(result.model, REPEAT_MS);
        return result;
      },
    };
  },
  { toThreadsConfig: (threads) => ({ n_threads: Number(threads) }) },
);
