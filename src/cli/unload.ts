import { useModel } from './find-model.js';
import { askGateway, toPath } from './gateway-client.js';
import { type ClientCommandOptions, runClient, toJson } from './run-client.js';

/** Options of `qvac unload`, as commander parses them. */
export interface UnloadOptions extends ClientCommandOptions {
  /** Running calls are cancelled. */
  readonly now: boolean;
}

/** `qvac unload`: has a running gateway unload a model, and waits until its process is gone. Returns the exit code. */
export function unload(alias: string, options: UnloadOptions): Promise<number> {
  return runClient(async () => {
    const path = `/v1/models/${toPath(alias)}${options.now ? '?drain=now' : ''}`;
    const reply = await useModel(alias, options, () => askGateway(options, 'DELETE', path));
    return options.json ? toJson(reply) : `${alias} is unloaded.\n`;
  });
}
