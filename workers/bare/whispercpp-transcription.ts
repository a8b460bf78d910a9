import { whisperPlugin } from '@qvac/sdk/whispercpp-transcription/plugin';
import { serveEngine } from './serve-engine.js';

serveEngine(whisperPlugin, (threads) => ({ n_threads: Number(threads) }));
