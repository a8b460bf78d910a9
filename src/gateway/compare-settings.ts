import { isDeepStrictEqual } from 'node:util';
import type { GatewayConfig } from '../config/gateway-config.js';
import type { ReloadReport } from '../protocol/reload.js';

/** Its models are compared one by one; the others say nothing of how it runs. */
const NO_SETTINGS: readonly (keyof GatewayConfig)[] = ['file', 'models', 'routed', 'remotes', 'warnings'];

/** What the port, or every worker, was started with. */
const NEEDS_RESTART: readonly (keyof GatewayConfig)[] = ['host', 'port', 'sdk'];

/** What the file calls a setting that has another name here. */
const WRITTEN: Partial<Record<keyof GatewayConfig, string>> = {
  corsOrigins: 'serve.cors',
  memoryBudget: 'serve.memory',
  sdk: 'settings of the SDK',
};

/** Settings outside of the models in which two configs differ, as the file names them. */
export function compareSettings(
  before: GatewayConfig,
  after: GatewayConfig,
): Pick<ReloadReport, 'settings' | 'needs_restart'> {
  const keys = Object.keys({ ...before, ...after }) as (keyof GatewayConfig)[];
  const changed = keys.filter(
    (key) => !NO_SETTINGS.includes(key) && !isDeepStrictEqual(before[key], after[key]),
  );
  const needsRestart = (key: keyof GatewayConfig): boolean => NEEDS_RESTART.includes(key);
  const toName = (key: keyof GatewayConfig): string => WRITTEN[key] ?? `serve.${key}`;
  return {
    settings: changed.filter((key) => !needsRestart(key)).map(toName),
    needs_restart: changed.filter(needsRestart).map(toName),
  };
}

/** The new config, but for what needs a new start of the gateway. */
export function takeOver(before: GatewayConfig, after: GatewayConfig): GatewayConfig {
  const kept = NEEDS_RESTART.map((key) => [key, before[key]]);
  return { ...after, ...Object.fromEntries(kept) };
}
