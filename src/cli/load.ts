import { useModel } from './find-model.js';
import { askGateway, toPath } from './gateway-client.js';
import { type ClientCommandOptions, runClient, toJson } from './run-client.js';

/** `qvac load`: has a running gateway load a model, and waits until it is ready. Returns the exit code. */
export function load(alias: string, options: ClientCommandOptions): Promise<number> {
  return runClient(async () => {
    const path = `/qvac/v1/models/${toPath(alias)}/load`;
    const reply = await useModel(alias, options, () => askGateway(options, 'POST', path));
    return options.json ? toJson(reply) : `${alias} is ready.\n`;
  });
}
