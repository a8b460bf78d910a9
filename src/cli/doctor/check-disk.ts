import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { formatBytes } from '../format-bytes.js';
import type { Finding } from './finding.js';

const CHECK = 'disk';

/** Under this few models can be downloaded. */
const LITTLE_BYTES = 5e9;

/**
 * The room for downloaded models.
 *
 * @param cacheFolder what the config says; the SDK's own place by default.
 */
export async function checkDisk(cacheFolder: string = join(homedir(), '.qvac', 'models')): Promise<Finding> {
  const { bavail, bsize } = await statfs(nearestExisting(cacheFolder));
  return describeDisk(cacheFolder, bavail * bsize);
}

export function describeDisk(cacheFolder: string, freeBytes: number): Finding {
  const message = `${formatBytes(freeBytes)} free for models in ${cacheFolder}`;
  if (freeBytes >= LITTLE_BYTES) return { check: CHECK, status: 'ok', message };
  const advice = 'Make room, or choose another folder with `cacheDirectory` in the config.';
  return { check: CHECK, status: 'warn', message, advice };
}

/** The SDK makes its folder at the first download. */
function nearestExisting(folder: string): string {
  return existsSync(folder) ? folder : nearestExisting(dirname(folder));
}
