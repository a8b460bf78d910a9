import type { GatewayStatus } from '../protocol/status.js';
import { askGateway, type ClientOptions } from './gateway-client.js';
import type { Sample } from './token-rate.js';

/** A look at a running gateway. @throws as {@link askGateway}, or the signal's reason. */
export async function sampleStatus(options: ClientOptions, signal?: AbortSignal): Promise<Sample> {
  const status = await askGateway<GatewayStatus>(options, 'GET', '/qvac/v1/status', signal && { signal });
  return { status, at: performance.now() };
}
