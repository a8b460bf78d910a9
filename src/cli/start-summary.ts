import { relative } from 'node:path';
import type { CorsOrigins, GatewayConfig } from '../config/gateway-config.js';
import type { Gateway } from '../gateway/start-gateway.js';
import type { StartedModel } from '../gateway/started-model.js';

interface Started {
  readonly version: string;
  readonly config: GatewayConfig;
  readonly gateway: Pick<Gateway, 'url' | 'models'>;
  /** By `performance.now()`. */
  readonly startedAt: number;
}

/** What a person at a terminal sees when the server is up. */
export function startSummary({ version, config, gateway, startedAt }: Started): string {
  const width = Math.max(...gateway.models.map(({ alias }) => alias.length));
  const rows = gateway.models.map((model) => `  ${model.alias.padEnd(width)}  ${describe(model)}`);
  return `
qvac-gateway ${version}

  API     ${gateway.url}/v1
  Page    ${gateway.url}/ui
  Config  ${config.file ? relative(process.cwd(), config.file) || config.file : 'none found: serving the built-in demo model'}
  Access  ${config.apiKeys.length > 0 ? 'with an API key' : 'without an API key'}, ${describeCors(config.corsOrigins)}

${rows.join('\n')}

Ready in ${seconds(performance.now() - startedAt)}. Press Ctrl+C to stop.

`;
}

function describe({ category, isLoaded, loadMs, failure }: StartedModel): string {
  if (isLoaded) return `${category}, loaded${loadMs === undefined ? '' : ` in ${seconds(loadMs)}`}`;
  if (failure) return `${category}, NOT loaded: ${failure}`;
  return `${category}, loads on first request`;
}

function describeCors(origins: CorsOrigins): string {
  if (origins === 'any') return 'from web pages of any origin';
  return origins.length > 0 ? `from web pages of ${origins.join(', ')}` : 'not from web pages (CORS is off)';
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
