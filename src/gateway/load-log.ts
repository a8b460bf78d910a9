import type { LoadLogLine } from '../pool/model-pool.js';
import { hideInUrls } from '../protocol/hide-in-urls.js';
import type { Logger } from '../telemetry/logger.js';

/** What has an engine's lines logged while it loads a model; `undefined` unless the log is of level `debug`. */
export function createLoadLog(log: Logger, alias: string): ((line: LoadLogLine) => void) | undefined {
  if (!log.isLevelEnabled('debug')) return undefined;
  const ofModel = log.child({ model: alias });
  return ({ level, source, message }) => ofModel.debug({ source, engineLevel: level }, hideInUrls(message));
}
