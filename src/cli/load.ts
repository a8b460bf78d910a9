import { askGateway, type ClientOptions, toPath } from './gateway-client.js';
import { runClient } from './run-client.js';

/** `qvac load`: has a running gateway load a model, and waits until it is ready. Returns the exit code. */
export function load(alias: string, options: ClientOptions): Promise<number> {
  return runClient(async () => {
    await askGateway(options, 'POST', `/qvac/v1/models/${toPath(alias)}/load`);
    return `${alias} is ready.\n`;
  });
}
