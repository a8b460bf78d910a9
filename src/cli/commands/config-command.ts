import type { Command } from 'commander';
import { examples } from './client-command.js';

const WHERE = 'Without a file: qvac.config.* from this folder upward.';

export function addConfigCommand(program: Command): void {
  const config = program.command('config').description('Check, show or write a config file.');

  config
    .command('check [file]')
    .description(`Check a config as the server would. ${WHERE}`)
    .option('--json', 'for scripts', false)
    .addHelpText('after', examples('qvac config check', 'qvac config check my.config.ts --json'))
    .action(async (file, options) => {
      const { checkConfig } = await import('../config/check-config.js');
      process.exitCode = await checkConfig(file, options);
    });

  config
    .command('show [file]')
    .description(`Show a config with all its defaults, and without its secrets, as JSON. ${WHERE}`)
    .addHelpText('after', examples('qvac config show', `qvac config show | jq '.models[].alias'`))
    .action(async (file) => {
      const { showConfig } = await import('../config/show-config.js');
      process.exitCode = await showConfig(file);
    });

  config
    .command('init [file]')
    .description('Write a first config, qvac.config.json. At a terminal it asks what you want.')
    .option('--force', 'write over a file that is there', false)
    .addHelpText('after', examples('qvac config init', 'qvac config init my.config.json --force'))
    .action(async (file, options) => {
      const { initConfig } = await import('../config/init-config.js');
      process.exitCode = await initConfig(file, options);
    });
}
