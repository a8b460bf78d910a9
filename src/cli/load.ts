import { useModel } from './find-model.js';
import { askGateway, toPath } from './gateway-client.js';
import { type ClientCommandOptions, runClient, toJson } from './run-client.js';
import { watchDownload } from './watch-download.js';

/** `qvac load`: has a running gateway load a model, and waits until it is ready. Returns the exit code. */
export function load(alias: string, options: ClientCommandOptions): Promise<number> {
  return runClient(async () => {
    const path = `/qvac/v1/models/${toPath(alias)}/load`;
    const endWatch = watchDownload(alias, options);
    const reply = await useModel(alias, options, () => askGateway(options, 'POST', path)).finally(endWatch);
    return options.json ? toJson(reply) : `${alias} is ready.\n`;
  });
}
