import { once } from 'node:events';
import { ConfigError } from '../config/config-error.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import { loadConfig } from '../config/load.js';
import { type Gateway, startGateway } from '../gateway/start-gateway.js';
import { createLogger, type LogFormat } from '../telemetry/logger.js';
import { type AccessOptions, applyAccessOptions } from './access-options.js';
import { EXIT } from './exit-codes.js';
import { createPrettyStream } from './pretty-stream.js';
import { StartError } from './start-error.js';
import { startSummary } from './start-summary.js';
import { watchStopSignals } from './stop-signals.js';

/** Options of `qvac serve openai`, as commander parses them. */
export interface ServeOptions extends AccessOptions {
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
    const written = await loadConfig({
      ...(options.config && { path: options.config }),
      cwd: process.cwd(),
    });
    config = await applyAccessOptions(applyOptions(written, options), options, takeEnvKey());
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message, EXIT.failure);
    if (error instanceof StartError) return fail(error.message, error.exitCode);
    throw error;
  }
  for (const warning of config.warnings) log.warn(warning);

  let gateway: Gateway | undefined;
  const stopping = watchStopSignals(() => {
    gateway?.kill();
    process.exit(EXIT.failure);
  });
  try {
    gateway = await startGateway(config, log, stopping);
  } catch (error) {
    return fail(explainListenError(error, config), EXIT.failure);
  }

  if (!stopping.aborted) {
    if (format === 'pretty') process.stdout.write(startSummary({ version, config, gateway, startedAt }));
    else {
      const { file, apiKeys, corsOrigins } = config;
      const { url, models } = gateway;
      log.info(
        { version, url, config: file, needsApiKey: apiKeys.length > 0, corsOrigins, models },
        'gateway started',
      );
    }
    await once(stopping, 'abort');
  }
  log.info('stopping: running calls may finish; press Ctrl+C again to stop at once');
  await gateway.stop();
  log.info('stopped');
  return EXIT.ok;
}

/** The key of the environment, out of which it goes: engines would inherit it. */
function takeEnvKey(): string | undefined {
  const { QVAC_API_KEY } = process.env;
  delete process.env.QVAC_API_KEY;
  return QVAC_API_KEY;
}

function applyOptions(config: GatewayConfig, { host, port, model: preloads }: ServeOptions): GatewayConfig {
  const known = config.models.map(({ alias }) => alias);
  for (const alias of preloads) {
    if (known.includes(alias)) continue;
    const list = known.length > 0 ? `Configured are: ${known.join(', ')}.` : 'No model is configured.';
    throw new StartError(`error: --model ${alias}: no such model. ${list}`, EXIT.usage);
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
