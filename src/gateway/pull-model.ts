import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatewayConfig } from '../config/gateway-config.js';
import { AssetsPool } from '../pool/assets-pool.js';
import type { ModelSpec } from '../protocol/model-spec.js';
import { createRunFolder } from './run-folder.js';
import { sweepRunFolders } from './sweep-run-folders.js';

/** What has come of a model's files, in bytes. */
export interface PullProgress {
  readonly downloadedBytes: number;
  /** 0 while it is not known. */
  readonly totalBytes: number;
}

/**
 * Downloads the files of a model, without a gateway: into the SDK's cache, where the next gateway finds them. When it has
 * ended, no process and no temporary file is left.
 *
 * @param sdk the SDK's settings, of the config.
 * @param signal ends it; what is there is kept, and the next one goes on from it.
 * @throws {ApiError} as `AssetsPool.ensure`, or the signal's reason.
 */
export async function pullModel(
  spec: ModelSpec,
  sdk: GatewayConfig['sdk'],
  onProgress: (progress: PullProgress) => void,
  signal: AbortSignal,
): Promise<void> {
  await sweepRunFolders();
  const folder = await createRunFolder('temporary');
  process.once('exit', folder.removeSync);
  try {
    const sdkConfigFile = join(folder.path, 'sdk.config.json');
    await writeFile(sdkConfigFile, JSON.stringify(sdk));
    const assets = new AssetsPool({ runFolder: folder.path, sdkConfigFile });
    try {
      await assets.ensure(spec, onProgress, signal);
    } finally {
      await assets.closed();
    }
  } finally {
    await folder.remove();
    process.off('exit', folder.removeSync);
  }
}
