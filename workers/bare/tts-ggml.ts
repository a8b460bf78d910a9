import { ttsPlugin } from '@qvac/sdk/tts-ggml/plugin';
import { serveEngine } from './serve-engine.js';

serveEngine(ttsPlugin);
