import { embeddingsPlugin } from '@qvac/sdk/llamacpp-embedding/plugin';
import { serveEngine } from './serve-engine.js';

serveEngine(embeddingsPlugin);
