import type { Category } from '../../protocol/model-types.js';
import { formatBytes } from '../format-bytes.js';
import { type ClientCommandOptions, runClient, toJson } from '../run-client.js';
import { toTable } from '../table.js';
import { type CatalogueModel, readCatalogue } from './catalogue.js';
import { type ConfiguredModels, readConfigured } from './configured.js';

/** Options of `qvac models`, as commander parses them. */
export interface ModelsOptions extends ClientCommandOptions {
  readonly catalog: boolean;
  readonly kind?: Category;
  /** In bytes. */
  readonly maxSize?: number;
  readonly all: boolean;
}

/**
 * `qvac models`: the configured ones, or those of the SDK's catalogue. Returns the exit code.
 *
 * @param search what a model of the catalogue is looked for by.
 */
export function listModels(search: string | undefined, options: ModelsOptions): Promise<number> {
  const { kind, maxSize, all } = options;
  return runClient(async () => {
    // What only the catalogue can answer is a question about it.
    if (options.catalog || all || search !== undefined || maxSize !== undefined) {
      const found = await readCatalogue({ search, kind, maxBytes: maxSize, all });
      return options.json ? toJson(found) : describeFound(found, all);
    }
    const configured = await readConfigured(options, process.cwd());
    const models = configured.models.filter((model) => kind === undefined || model.kind === kind);
    return options.json ? toJson(models) : describeConfigured({ ...configured, models }, options.url);
  });
}

function describeFound(models: readonly CatalogueModel[], isAll: boolean): string {
  if (models.length === 0) {
    const advice = isAll ? '' : ' --all also looks through kinds without an endpoint, and parts of models.';
    return `No model of the catalogue is like that.${advice}\n`;
  }
  const rows = models.map((model) => [
    model.constant,
    model.kind,
    model.bytes === null ? '-' : formatBytes(model.bytes),
    model.params ?? '-',
    model.quantization ?? '-',
  ]);
  return toTable([['CONSTANT', 'KIND', 'SIZE', 'PARAMS', 'QUANTISATION'], ...rows]);
}

/** For who has not chosen any. */
const ABOUT_DEMO = `
The built-in demo model needs no download, and only says what it is. Start it: 'qvac serve openai', then 'qvac run demo'.
For real ones, write a config: 'qvac config init'. 'qvac models --catalog' lists what there is to choose.
`;

function describeConfigured(
  { from, isRunning, models, isDemo, servers }: ConfiguredModels,
  url: string,
): string {
  const rows = models.map(({ id, kind, state }) => [id, kind, state ?? '-']);
  const table = rows.length > 0 ? toTable([['MODEL', 'KIND', 'STATE'], ...rows]) : 'None ';
  const others = servers.map((host) => `and those of ${host}; `).join('');
  const origin = isRunning ? from : `${others}${from ?? 'no config'}; no gateway answers at ${url}`;
  return `${table}(${origin})\n${isDemo ? ABOUT_DEMO : ''}`;
}
