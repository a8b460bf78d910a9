import { bciPlugin } from '@qvac/sdk/bci-whispercpp-transcription/plugin';
import { serveEngine } from './serve-engine.js';

serveEngine(bciPlugin);
