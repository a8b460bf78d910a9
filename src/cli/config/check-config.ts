import { ConfigError } from '../../config/config-error.js';
import type { GatewayConfig } from '../../config/gateway-config.js';
import { loadConfig } from '../../config/load.js';
import { applyAccessOptions } from '../access-options.js';
import { CommandError } from '../command-error.js';
import { EXIT } from '../exit-codes.js';
import { runClient, toJson } from '../run-client.js';

/** What the server's command line could say of who may use it: nothing, and whatever it says is right. */
const NO_OPTIONS = { apiKey: [], allowUnauthenticated: true, cors: false, corsOrigin: [] };

/**
 * `qvac config check`: whether the server would take a config. Returns the exit code.
 *
 * @param file the one that the server would find by default.
 */
export function checkConfig(file: string | undefined, { json }: { readonly json: boolean }): Promise<number> {
  return runClient(async () => {
    try {
      const config = await readConfig(file);
      return json ? toJson(toCheckJson(config)) : describe(config);
    } catch (error) {
      if (!json || !(error instanceof ConfigError)) throw error;
      process.stdout.write(toJson({ file: error.file, valid: false, problems: error.problems }));
      throw new CommandError('error: the config is not valid.', EXIT.failure);
    }
  });
}

async function readConfig(file: string | undefined): Promise<GatewayConfig> {
  const config = await loadConfig({ ...(file !== undefined && { path: file }), cwd: process.cwd() });
  return applyAccessOptions(config, NO_OPTIONS, process.env.QVAC_API_KEY);
}

function toCheckJson(config: GatewayConfig) {
  const { file, warnings } = config;
  return { file: file ?? null, valid: true, models: aliasesOf(config), warnings };
}

function aliasesOf({ models, routed }: GatewayConfig): string[] {
  return [...models, ...routed].map(({ alias }) => alias);
}

function describe(config: GatewayConfig): string {
  const { file, remotes, warnings } = config;
  for (const warning of warnings) process.stderr.write(`warning: ${warning}\n`);
  if (file === undefined) {
    return 'No config was found from this folder upward: the built-in demo model is served.\n';
  }
  const models = [
    ...aliasesOf(config),
    ...remotes.map(({ server }) => `those of ${new URL(server.url).host}`),
  ];
  return `${file} is valid. Models: ${models.join(', ') || 'none, so that the built-in demo model is served'}.\n`;
}
