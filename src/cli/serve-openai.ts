import { ConfigError } from '../config/config-error.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import { loadConfig } from '../config/load.js';
import { type Gateway, startGateway } from '../gateway/start-gateway.js';
import { createLogger, type LogFormat, type Logger } from '../telemetry/logger.js';
import { EXIT } from './exit-codes.js';
import { createPrettyStream } from './pretty-stream.js';
import { startSummary } from './start-summary.js';

/** Options of `qvac serve openai`, as commander parses them. */
export interface ServeOptions {
  readonly config?: string;
  readonly port?: number;
  readonly host?: string;
  readonly model: readonly string[];
  readonly logFormat?: LogFormat;
  readonly verbose: boolean;
}

/** Runs the server until a signal stops it. Returns the exit code. */
export async function serveOpenai(options: ServeOptions, version: string): Promise<number> {
  const startedAt = performance.now();
  const format = options.logFormat ?? (process.stdout.isTTY ? 'pretty' : 'json');
  const log = createLogger(
    options.verbose ? 'debug' : 'info',
    format === 'pretty' ? await createPrettyStream() : undefined,
  );

  let config: GatewayConfig;
  try {
    config = applyOptions(
      await loadConfig({ ...(options.config && { path: options.config }), cwd: process.cwd() }),
      options,
    );
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message, EXIT.failure);
    if (error instanceof UnknownAliasError) return fail(error.message, EXIT.usage);
    throw error;
  }
  for (const warning of config.warnings) log.warn(warning);

  let gateway: Gateway;
  try {
    gateway = await startGateway(config, log);
  } catch (error) {
    return fail(explainListenError(error, config), EXIT.failure);
  }

  if (format === 'pretty') process.stdout.write(startSummary({ version, config, gateway, startedAt }));
  else
    log.info({ version, url: gateway.url, config: config.file, models: gateway.models }, 'gateway started');

  await stopSignal();
  log.info('stopping: running calls may finish; press Ctrl+C again to stop at once');
  await stopOrGiveUp(gateway, log);
  return EXIT.ok;
}

class UnknownAliasError extends Error {}

function applyOptions(config: GatewayConfig, { host, port, model: preloads }: ServeOptions): GatewayConfig {
  const known = config.models.map(({ alias }) => alias);
  for (const alias of preloads) {
    if (known.includes(alias)) continue;
    const list = known.length > 0 ? `Configured are: ${known.join(', ')}.` : 'No model is configured.';
    throw new UnknownAliasError(`error: --model ${alias}: no such model. ${list}`);
  }
  return {
    ...config,
    host: host ?? config.host,
    port: port ?? config.port,
    models: config.models.map((model) => ({
      ...model,
      preload: model.preload || preloads.includes(model.alias),
    })),
  };
}

function explainListenError(error: unknown, { host, port }: GatewayConfig): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return `error: port ${port} on ${host} is in use. Stop the program that has it (Ollama uses 11434 too), or choose another with --port.`;
    case 'EACCES':
      return `error: no permission to listen on port ${port} of ${host}. Choose a port above 1023 with --port.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `error: ${host} is not an address of this machine. Choose another with --host, or 127.0.0.1.`;
    default:
      throw error;
  }
}

function fail(message: string, exitCode: number): number {
  process.stderr.write(`${message}\n`);
  return exitCode;
}

/** Resolves at the first signal to stop. */
function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}

/** Stops in good order. A second signal ends everything at once. */
async function stopOrGiveUp(gateway: Gateway, log: Logger): Promise<void> {
  const giveUp = (): void => {
    gateway.kill();
    process.exit(EXIT.failure);
  };
  process.once('SIGINT', giveUp);
  process.once('SIGTERM', giveUp);
  await gateway.stop();
  log.info('stopped');
}
