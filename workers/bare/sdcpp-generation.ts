import { diffusionPlugin } from '@qvac/sdk/sdcpp-generation/plugin';
import { serveEngine } from './serve-engine.js';

serveEngine(diffusionPlugin);
