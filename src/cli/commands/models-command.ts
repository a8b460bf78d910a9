import { type Command, Option } from 'commander';
import { MODEL_CATEGORIES } from '../../protocol/model-types.js';
import { addClientCommand, examples } from './client-command.js';
import { parseBytes } from './option-parsers.js';

export function addModelsCommand(program: Command): void {
  addClientCommand(
    program,
    'models [search]',
    "List the models of the gateway, or of the config if none runs; with a search, those of the SDK's catalogue.",
  )
    .option('--catalog', 'list the catalogue: what a config can name', false)
    .addOption(new Option('--kind <kind>', 'only models of this kind').choices(MODEL_CATEGORIES))
    .option('--max-size <size>', 'only models of the catalogue up to this download, as 2GB', parseBytes)
    .option('--all', 'the whole catalogue: also parts of models, and kinds without an endpoint', false)
    .option('--json', 'for scripts', false)
    .addHelpText(
      'after',
      examples('qvac models', 'qvac models qwen3 --max-size 2GB', 'qvac models --catalog --kind embeddings'),
    )
    .action(async (search, options) => {
      const { listModels } = await import('../models/list-models.js');
      process.exitCode = await listModels(search, options);
    });
}
