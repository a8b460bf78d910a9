import type { Command } from 'commander';
import type { Manifest } from './manifest.js';

type AddCommand = (program: Command, manifest: Manifest) => void;

/** All commands but that for completion, which needs them all, by name. Each is loaded when it is needed. */
export const COMMANDS: ReadonlyMap<string, () => Promise<AddCommand>> = new Map([
  ['serve', async () => (await import('./serve-command.js')).addServeCommand],
  ['ps', async () => (await import('./ps-command.js')).addPsCommand],
  ['load', async () => (await import('./load-command.js')).addLoadCommand],
  ['unload', async () => (await import('./unload-command.js')).addUnloadCommand],
  ['reload', async () => (await import('./reload-command.js')).addReloadCommand],
  ['pull', async () => (await import('./pull-command.js')).addPullCommand],
  ['provide', async () => (await import('./provide-command.js')).addProvideCommand],
  ['models', async () => (await import('./models-command.js')).addModelsCommand],
  ['logs', async () => (await import('./logs-command.js')).addLogsCommand],
  ['top', async () => (await import('./top-command.js')).addTopCommand],
  ['run', async () => (await import('./run-command.js')).addRunCommand],
  ['bench', async () => (await import('./bench-command.js')).addBenchCommand],
  ['doctor', async () => (await import('./doctor-command.js')).addDoctorCommand],
  ['config', async () => (await import('./config-command.js')).addConfigCommand],
]);
