import { llmPlugin } from '@qvac/sdk/llamacpp-completion/plugin';
import { serveEngine } from './serve-engine.js';

serveEngine(llmPlugin);
