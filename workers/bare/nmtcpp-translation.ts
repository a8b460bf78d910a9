import { nmtPlugin } from '@qvac/sdk/nmtcpp-translation/plugin';
import { serveEngine } from './serve-engine.js';

serveEngine(nmtPlugin);
