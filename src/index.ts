/** What a `qvac.config.ts` may import. Loads nothing else: it runs inside a config file. */
export { defineConfig } from './config/define-config.js';
export type { QvacConfig } from './config/schema.js';
