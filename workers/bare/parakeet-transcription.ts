import { parakeetPlugin } from '@qvac/sdk/parakeet-transcription/plugin';
import { serveEngine } from './serve-engine.js';

serveEngine(parakeetPlugin, (threads) => ({ maxThreads: Number(threads) }));
