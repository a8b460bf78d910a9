import type { GatewayStatus } from '../protocol/status.js';
import { askGateway, type ClientOptions, SHORT_SILENCE_MS } from './gateway-client.js';

/** What a running gateway tells of itself. @throws as {@link askGateway}, or the signal's reason. */
export function readStatus(options: ClientOptions, signal?: AbortSignal): Promise<GatewayStatus> {
  const sent = { silenceMs: SHORT_SILENCE_MS, ...(signal && { signal }) };
  return askGateway<GatewayStatus>(options, 'GET', '/qvac/v1/status', sent);
}
