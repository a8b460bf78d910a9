import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Absolute path of the folder where the SDK of this thread keeps what it downloads. */
export function cacheFolder(): string {
  const { QVAC_CONFIG_PATH: path, SNAP_USER_COMMON: snapHome } = process.env;
  const config = path === undefined ? {} : (JSON.parse(readFileSync(path, 'utf8')) as object);
  if ('cacheDirectory' in config && typeof config.cacheDirectory === 'string') return config.cacheDirectory;
  return join(snapHome ?? homedir(), '.qvac', 'models');
}
