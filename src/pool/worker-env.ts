import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ModelSpec } from '../protocol/model-spec.js';

/** What all workers of one gateway share. */
export interface WorkerSurroundings {
  /** Absolute path of a folder of this run. Sockets live there, so that removing it leaves nothing behind. */
  readonly runFolder: string;
  /** Absolute path of a JSON file with the SDK's own settings. Named always, or the SDK would look for one itself. */
  readonly sdkConfigFile: string;
  /** CPU threads for a model whose config names none. */
  readonly threadsPerModel: number;
}

/** Environment of a model's thread, inherited by its `bare` process. */
export function workerEnv(
  spec: ModelSpec,
  surroundings: WorkerSurroundings,
): Record<string, string | undefined> {
  return {
    ...process.env,
    TMPDIR: surroundings.runFolder,
    QVAC_CONFIG_PATH: surroundings.sdkConfigFile,
    QVAC_WORKER_PATH: bareEntry(spec),
    QVAC_GATEWAY_THREADS: String(spec.config.threads ?? surroundings.threadsPerModel),
  };
}

/** The Bare entry that registers only this model's engine. A missing one would make the SDK fall back to its own. */
function bareEntry(spec: ModelSpec): string {
  const path = fileURLToPath(new URL(`../../workers/bare/${spec.type}.js`, import.meta.url));
  if (!existsSync(path)) throw new Error(`no Bare entry for model type '${spec.type}'`);
  return path;
}
