import { ocrPlugin } from '@qvac/sdk/ggml-ocr/plugin';
import { serveEngine } from './serve-engine.js';

serveEngine(ocrPlugin);
