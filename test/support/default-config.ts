import type { GatewayConfig } from '../../src/config/gateway-config.js';

/** What the gateway has without any config. */
export const DEFAULT_CONFIG: GatewayConfig = {
  file: undefined,
  host: '127.0.0.1',
  port: 11434,
  apiKeys: [],
  corsOrigins: [],
  listModels: 'loaded',
  requestTimeoutMs: undefined,
  imageHosts: [],
  memoryBudget: { share: 0.8 },
  maxLoaded: undefined,
  models: [],
  routed: [],
  remotes: [],
  sdk: {},
  warnings: [],
};
