import { once } from 'node:events';
import { ConfigError } from '../config/config-error.js';
import type { GatewayConfig } from '../config/gateway-config.js';
import { loadConfig } from '../config/load.js';
import { OWN_DOOR } from '../gateway/door.js';
import { type Gateway, startGateway } from '../gateway/start-gateway.js';
import { createSupervisedDoor } from '../gateway/supervised-door.js';
import type { SupervisorLink } from '../gateway/supervisor-link.js';
import { LogBuffer } from '../telemetry/log-buffer.js';
import { applyAccessOptions, assertNotExposed } from './access-options.js';
import { createCliLogger } from './cli-logger.js';
import { CommandError } from './command-error.js';
import { endOnBug } from './end-on-bug.js';
import { EXIT } from './exit-codes.js';
import { onReloadSignal } from './reload-signal.js';
import type { ServeOptions } from './serve-options.js';
import { startSummary } from './start-summary.js';
import { watchStopSignals } from './stop-signals.js';
import { watchConfig } from './watch-config.js';

/** Runs the gateway in this process until it is told to stop. Returns the exit code. */
export async function runGateway(
  options: ServeOptions,
  version: string,
  supervisor?: SupervisorLink,
): Promise<number> {
  const startedAt = performance.now();
  const logs = new LogBuffer();
  const { format, log } = await createCliLogger(options, logs);
  endOnBug(log);

  const envKey = takeEnvKey();
  const inheritance = await supervisor?.inheritance;
  let config: GatewayConfig;
  try {
    // What a gateway left is what it had checked.
    config = (inheritance?.settings as GatewayConfig | undefined) ?? (await configure(options, envKey));
  } catch (error) {
    if (error instanceof ConfigError) return fail(error.message, EXIT.failure);
    if (error instanceof CommandError) return fail(error.message, error.exitCode);
    throw error;
  }
  if (!inheritance) {
    for (const warning of config.warnings) log.warn(warning);
    if (options.logPrompts) {
      log.warn(
        '--log-prompts: the log has what clients ask and what models answer; keep it as safe as these',
      );
    }
  }

  const stopping = supervisor?.stopping ?? watchStopSignals(() => process.exit(EXIT.failure));
  const starting = startGateway(config, {
    log,
    logs,
    stopping,
    logPrompts: options.logPrompts,
    readConfig: () => configureAnew(options, envKey, config),
    onReloaded: (reloaded) => supervisor?.reportSettings(reloaded),
    door: supervisor ? createSupervisedDoor(supervisor, config) : OWN_DOOR,
    inherited: inheritance?.loaded,
    reportLoaded: supervisor?.reportLoaded,
  });
  // Not lost while it starts, which may take minutes. Why one was refused is in the log.
  const reload = (): void => void starting.then((gateway) => gateway.reload()).catch(() => {});
  if (supervisor) supervisor.onReload(reload);
  else onReloadSignal(reload);
  if (options.watch && config.file !== undefined) {
    const onBlind = (err: unknown): void =>
      log.warn(
        { err },
        'the config file is not watched, or not all of the way to it: reload by `qvac reload`',
      );
    watchConfig(config.file, { onChange: reload, onBlind }, stopping);
  }
  let gateway: Gateway;
  try {
    gateway = await starting;
  } catch (error) {
    return fail(explainListenError(error, config), EXIT.failure);
  }

  if (!stopping.aborted) {
    if (format === 'pretty' && !inheritance) {
      process.stdout.write(startSummary({ version, config, gateway, startedAt }));
    } else {
      const { file, apiKeys, corsOrigins } = config;
      const { url, models } = gateway;
      const { pid } = process;
      log.info(
        { version, pid, url, config: file, needsApiKey: apiKeys.length > 0, corsOrigins, models },
        'gateway started',
      );
    }
    await untilAborted(stopping);
  }
  log.info('stopping: running calls may finish; press Ctrl+C again to stop at once');
  await gateway.stop(options.shutdownTimeout * 1_000);
  log.info('stopped');
  return EXIT.ok;
}

async function configure(options: ServeOptions, envKey: string | undefined): Promise<GatewayConfig> {
  const written = await loadConfig({ ...(options.config && { path: options.config }), cwd: process.cwd() });
  return applyAccessOptions(applyOptions(written, options), options, envKey);
}

/** Reads the config again for a gateway that goes on listening where it does, whatever the config says of that now. */
async function configureAnew(
  options: ServeOptions,
  envKey: string | undefined,
  { host, file }: GatewayConfig,
): Promise<GatewayConfig> {
  try {
    const config = await configure(options, envKey);
    assertNotExposed({ ...config, host }, options);
    return config;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const message = error.message.replace(/^error: /, '');
    throw new ConfigError(file ?? process.cwd(), [{ path: '', message }]);
  }
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, 'abort');
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
    if (config.routed.some((model) => model.alias === alias)) {
      throw new CommandError(
        `error: --model ${alias}: it runs elsewhere, and can't be preloaded here.`,
        EXIT.usage,
      );
    }
    const list = known.length > 0 ? `Configured are: ${known.join(', ')}.` : 'No model is configured.';
    throw new CommandError(`error: --model ${alias}: no such model. ${list}`, EXIT.usage);
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
