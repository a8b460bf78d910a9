import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ConfiguredModel, GatewayConfig } from '../config/gateway-config.js';
import { estimateMemory } from '../models/memory-estimate.js';
import { isElsewhere } from '../protocol/model-spec.js';
import { readModelFiles } from './model-files.js';

/**
 * Bytes that a model is likely to take, by its files as they are now.
 *
 * @param sdk the SDK's own settings, which say where it keeps what it downloads.
 */
export async function estimateModel(model: ConfiguredModel, sdk: GatewayConfig['sdk']): Promise<number> {
  if (isElsewhere(model)) return estimateMemory({ ...model, fileBytes: 0, header: undefined });
  const { cacheDirectory } = sdk;
  const cacheFolder =
    typeof cacheDirectory === 'string' ? cacheDirectory : join(homedir(), '.qvac', 'models');
  return estimateMemory({ ...model, ...(await readModelFiles(model, cacheFolder)) });
}
