import type { GatewayStatus } from '../protocol/status.js';
import { askGateway, type ClientOptions } from './gateway-client.js';
import { toPsTable } from './ps-table.js';
import { runClient } from './run-client.js';

/** Options of `qvac ps`, as commander parses them. */
export interface PsOptions extends ClientOptions {
  readonly json: boolean;
}

/** `qvac ps`: what all models of a running gateway do. Returns the exit code. */
export function ps(options: PsOptions): Promise<number> {
  return runClient(async () => {
    const status = await askGateway<GatewayStatus>(options, 'GET', '/qvac/v1/status');
    return options.json ? `${JSON.stringify(status, null, 2)}\n` : toPsTable(status, Date.now());
  });
}
