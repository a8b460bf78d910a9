import { classificationPlugin } from '@qvac/sdk/ggml-classification/plugin';
import { serveEngine } from './serve-engine.js';

serveEngine(classificationPlugin);
