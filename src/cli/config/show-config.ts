import type { GatewayConfig } from '../../config/gateway-config.js';
import { hideSecrets } from '../../config/hide-secrets.js';
import { loadConfig } from '../../config/load.js';
import { hideInUrls } from '../../protocol/hide-in-urls.js';
import { runClient, toJson } from '../run-client.js';

/**
 * `qvac config show`: a config as the server understands it, with all that it does not say, and without what is secret.
 * Returns the exit code.
 *
 * @param file the one that the server would find by default.
 */
export function showConfig(file: string | undefined): Promise<number> {
  return runClient(async () => {
    const config = await loadConfig({ ...(file !== undefined && { path: file }), cwd: process.cwd() });
    return toJson(toShown(config));
  });
}

/** Addresses of models may hold passwords and tokens as well. */
function toShown(config: GatewayConfig): unknown {
  const { serve } = hideSecrets({ serve: config }) as { serve: unknown };
  return JSON.parse(JSON.stringify(serve), (_, value) =>
    typeof value === 'string' ? hideInUrls(value) : value,
  );
}
