import type { GatewayConfig } from '../config/gateway-config.js';
import { AssetsPool } from '../pool/assets-pool.js';
import type { ModelSpec } from '../protocol/model-spec.js';
import { RunFiles } from './run-files.js';

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
  const files = await RunFiles.create(sdk);
  try {
    const assets = new AssetsPool(files);
    try {
      await assets.ensure(spec, onProgress, signal);
    } finally {
      await assets.closed();
    }
  } finally {
    await files.remove();
  }
}
