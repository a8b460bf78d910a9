import { whisperPlugin } from '@qvac/sdk/whispercpp-transcription/plugin';
import { endCancelledTranscriptions } from './end-cancelled-transcription.js';
import { serveEngine } from './serve-engine.js';

/** whisper.cpp passes over a cancel that comes as it starts: how long until it is told again. */
const REPEAT_MS = 50;

const plugin: typeof whisperPlugin = {
  ...whisperPlugin,
  createModel(params) {
    const result = whisperPlugin.createModel(params);
    endCancelledTranscriptions(result.model, REPEAT_MS);
    return result;
  },
};

serveEngine(plugin, (threads) => ({ n_threads: Number(threads) }));
