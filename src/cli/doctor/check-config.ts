import { ConfigError } from '../../config/config-error.js';
import type { GatewayConfig } from '../../config/gateway-config.js';
import { loadConfig } from '../../config/load.js';
import type { Finding } from './finding.js';

const CHECK = 'config';

/** Reads the config as the server would; `undefined` if it can't be used. */
export async function checkConfig(
  path: string | undefined,
  cwd: string,
): Promise<{ readonly finding: Finding; readonly config?: GatewayConfig }> {
  try {
    const config = await loadConfig({ ...(path !== undefined && { path }), cwd });
    return { config, finding: toFinding(config) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const advice = 'Correct the file. `qvac config check` looks at it again.';
    return { finding: { check: CHECK, status: 'fail', message: error.message, advice } };
  }
}

function toFinding({ file, models, routed, remotes, warnings }: GatewayConfig): Finding {
  if (file === undefined) {
    const advice = 'Write one with `qvac config init`. Without it, the built-in demo model is served.';
    return { check: CHECK, status: 'warn', message: 'none found', advice };
  }
  const count = models.length + routed.length;
  const others = remotes.length > 0 ? ', and those of other servers' : '';
  const message = `${file}, ${count} ${count === 1 ? 'model' : 'models'}${others}`;
  if (warnings.length === 0) return { check: CHECK, status: 'ok', message };
  return { check: CHECK, status: 'warn', message, advice: warnings.join('\n') };
}
