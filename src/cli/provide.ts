import { ConfigError } from '../config/config-error.js';
import type { ConfiguredModel } from '../config/gateway-config.js';
import { loadConfig } from '../config/load.js';
import { type ProviderEvent, providableModels, provideModels } from '../gateway/provide-models.js';
import { EXIT } from './exit-codes.js';
import { watchStopSignals } from './stop-signals.js';

/** What `qvac provide` was told. */
export interface ProvideCommandOptions {
  readonly config?: string;
  readonly allow?: readonly string[];
  readonly allowAnyone: boolean;
  readonly seedFile?: string;
}

/** `qvac provide`: runs the chat models of the config for other peers, until Ctrl+C. Returns the exit code. */
export async function provide(options: ProvideCommandOptions): Promise<number> {
  const { allow = [], allowAnyone, seedFile } = options;
  if (allowAnyone === allow.length > 0) {
    return fail('say who may use the models: --allow <key>, or --allow-anyone', EXIT.usage);
  }
  const wrong = allow.find((key) => !/^[0-9a-fA-F]{64}$/.test(key));
  if (wrong !== undefined) return fail(`--allow wants 64 hexadecimal digits, not ${wrong}`, EXIT.usage);
  try {
    const config = await loadConfig({ ...(options.config && { path: options.config }), cwd: process.cwd() });
    const models = providableModels(config);
    if (models.length === 0) return fail('the config has no chat model of this machine', EXIT.failure);
    const allowedKeys = allowAnyone ? undefined : allow.map((key) => key.toLowerCase());
    const stopping = watchStopSignals(() => process.exit(EXIT.interrupted));
    await provideModels(
      { models, sdk: config.sdk, allowedKeys, seedFile },
      (event) => {
        if (event.type === 'load-failed') fail(`${event.alias} is NOT loaded: ${event.reason}`, EXIT.failure);
        else process.stdout.write(describe(event, models, allowedKeys));
      },
      stopping,
    );
    return EXIT.ok;
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message, EXIT.failure);
    return fail(error instanceof Error ? error.message : String(error), EXIT.failure);
  }
}

function describe(
  event: Exclude<ProviderEvent, { readonly type: 'load-failed' }>,
  models: readonly ConfiguredModel[],
  allowedKeys: readonly string[] | undefined,
): string {
  switch (event.type) {
    case 'loading':
      return `${event.alias}: loading.\n`;
    case 'loaded':
      return `${event.alias}: loaded in ${(event.loadMs / 1000).toFixed(1)} s.\n`;
    case 'ready': {
      const { publicKey } = event;
      const names = models.map(({ alias }) => alias).join(', ');
      const whom = allowedKeys ? `${allowedKeys.length} peer(s)` : 'anyone who knows the key';
      return `${names}: offered to ${whom}.\nPublic key: ${publicKey}\nOther gateways use a model with the same source here and "delegate": { "providerPublicKey": "${publicKey}" }.\n`;
    }
  }
}

function fail(message: string, exitCode: number): number {
  process.stderr.write(`error: ${message}\n`);
  return exitCode;
}
