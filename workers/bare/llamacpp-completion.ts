import { llmPlugin } from '@qvac/sdk/llamacpp-completion/plugin';
import { serveEngine } from './serve-engine.js';

// Unknown to the SDK's schema, which would drop it on the way: llama.cpp's own, as text.
serveEngine(llmPlugin, (threads) => ({ threads }));
