import { vlaPlugin } from '@qvac/sdk/ggml-vla/plugin';
import { serveEngine } from './serve-engine.js';

serveEngine(vlaPlugin);
