import type { QvacConfig } from './schema.js';

/** Types a config for an editor: `export default defineConfig({ serve: { models: { … } } })`. Returns it as it is. */
export function defineConfig(config: QvacConfig): QvacConfig {
  return config;
}
