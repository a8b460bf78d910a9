import type { GatewayConfig } from '../config/gateway-config.js';
import type { Room } from '../models/eviction.js';
import { readMemoryLimit } from './memory-limit.js';

/** What the config leaves to the models, of what the system leaves to the gateway. */
export async function readRoom({
  memoryBudget,
  maxLoaded = Number.POSITIVE_INFINITY,
}: GatewayConfig): Promise<Room> {
  const budgetBytes =
    'bytes' in memoryBudget ? memoryBudget.bytes : Math.floor((await readMemoryLimit()) * memoryBudget.share);
  return { budgetBytes, maxLoaded };
}
