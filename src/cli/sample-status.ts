import type { GatewayStatus } from '../protocol/status.js';
import { askGateway, type ClientOptions } from './gateway-client.js';
import type { Sample } from './token-rate.js';

/** A look at a running gateway. */
export async function sampleStatus(options: ClientOptions): Promise<Sample> {
  const status = await askGateway<GatewayStatus>(options, 'GET', '/qvac/v1/status');
  return { status, at: performance.now() };
}
