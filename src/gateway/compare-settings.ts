import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfig } from '../config/gateway-config.js';

/** What is taken over while the gateway runs, or says nothing of how it runs. */
const APPLIED: readonly (keyof GatewayConfig)[] = ['file', 'models', 'warnings'];

/** What the file calls a setting that has another name here. */
const WRITTEN: Partial<Record<keyof GatewayConfig, string>> = {
  corsOrigins: 'serve.cors',
  memoryBudget: 'serve.memory',
  routed: 'serve.models with "url" or "targets"',
  sdk: 'settings of the SDK',
};

/** Settings outside of the models in which two configs differ, as the file names them. */
export function compareSettings(before: GatewayConfig, after: GatewayConfig): string[] {
  const keys = Object.keys({ ...before, ...after }) as (keyof GatewayConfig)[];
  return keys
    .filter((key) => !APPLIED.includes(key) && !isDeepStrictEqual(before[key], after[key]))
    .map((key) => WRITTEN[key] ?? `serve.${key}`);
}
