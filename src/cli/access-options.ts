import { resolve } from 'node:path';
import { API_KEY_ADVICE, API_KEY_FORM } from '../config/api-key-form.js';
import { ORIGIN_ADVICE, toOrigin } from '../config/cors-origin.js';
import type { CorsOrigins, GatewayConfig } from '../config/gateway-config.js';
import { isLoopback } from '../config/is-loopback.js';
import { readKeyFile } from '../config/key-file.js';
import type { ApiKey } from '../protocol/api-key.js';
import { CommandError } from './command-error.js';
import { EXIT } from './exit-codes.js';

/** The options about who may use the server. */
export interface AccessOptions {
  readonly apiKey: readonly string[];
  readonly apiKeyFile?: string;
  readonly allowUnauthenticated: boolean;
  readonly cors: boolean;
  readonly corsOrigin: readonly string[];
}

/**
 * Adds the keys of the command line and of the environment to those of the config, and lets the command line decide on
 * CORS if it says anything about it.
 *
 * @param config with the host that is to be listened on.
 * @param envKey what `QVAC_API_KEY` holds, if it is set.
 * @throws {CommandError} also if the server would be open to the network without a key.
 * @throws {ConfigError} if the key file can't be used.
 */
export async function applyAccessOptions(
  config: GatewayConfig,
  options: AccessOptions,
  envKey: string | undefined,
): Promise<GatewayConfig> {
  const file = options.apiKeyFile === undefined ? undefined : await readKeyFile(resolve(options.apiKeyFile));
  const apiKeys = [
    ...config.apiKeys,
    ...options.apiKey.map((key) => checked(key, '--api-key', EXIT.usage)),
    ...(file?.keys ?? []),
    ...(envKey ? [checked(envKey, 'QVAC_API_KEY', EXIT.failure)] : []),
  ];
  const corsOrigins = corsOriginsOf(options) ?? config.corsOrigins;
  const next = { ...config, apiKeys, corsOrigins };
  assertNotExposed(next, options);
  const warnings = [
    file?.warning,
    envKey === '' && 'QVAC_API_KEY is set but empty: it counts as no key',
    isExposed(next) && `everyone who can reach ${config.host} can use this server: it has no API key`,
    corsOrigins === 'any' &&
      apiKeys.length === 0 &&
      'every web page that is open on this machine can use this server: CORS is on for any origin, and there is no API key',
  ].filter((warning) => typeof warning === 'string');
  return { ...next, warnings: [...config.warnings, ...warnings] };
}

/** @throws {CommandError} if the server would be open to the network without a key, and nobody has said that it may be. */
export function assertNotExposed(
  config: GatewayConfig,
  { allowUnauthenticated }: Pick<AccessOptions, 'allowUnauthenticated'>,
): void {
  if (allowUnauthenticated || !isExposed(config)) return;
  throw new CommandError(
    `error: ${config.host} can be reached from other machines, and no API key is set. Set one with --api-key-file, or say --allow-unauthenticated if everyone may use it.`,
    EXIT.failure,
  );
}

function isExposed({ apiKeys, host }: GatewayConfig): boolean {
  return apiKeys.length === 0 && !isLoopback(host);
}

function checked(key: string, origin: string, exitCode: number): ApiKey {
  if (API_KEY_FORM.test(key)) return { key };
  throw new CommandError(`error: ${origin} ${API_KEY_ADVICE}.`, exitCode);
}

/** `undefined` if the command line says nothing about CORS. */
function corsOriginsOf({ cors, corsOrigin }: AccessOptions): CorsOrigins | undefined {
  if (corsOrigin.length === 0) return cors ? 'any' : undefined;
  return corsOrigin.map((text) => {
    const origin = toOrigin(text);
    if (origin !== undefined) return origin;
    throw new CommandError(`error: --cors-origin ${text} ${ORIGIN_ADVICE}.`, EXIT.usage);
  });
}
