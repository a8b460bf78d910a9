import { askGateway, type ClientOptions, toPath } from './gateway-client.js';
import { runClient } from './run-client.js';

/** Options of `qvac unload`, as commander parses them. */
export interface UnloadOptions extends ClientOptions {
  /** Running calls are cancelled. */
  readonly now: boolean;
}

/** `qvac unload`: has a running gateway unload a model, and waits until its process is gone. Returns the exit code. */
export function unload(alias: string, options: UnloadOptions): Promise<number> {
  return runClient(async () => {
    await askGateway(options, 'DELETE', `/v1/models/${toPath(alias)}${options.now ? '?drain=now' : ''}`);
    return `${alias} is unloaded.\n`;
  });
}
