import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cachedFile } from '../../src/protocol/cached-file.js';
import type { ModelStatus } from '../../src/protocol/status.js';
import { type FaultGateway, startFaultGateway } from './fault-gateway.js';
import { tempFolder } from './temp-folder.js';

/** A gateway whose models are downloaded. */
export interface RemoteGateway extends FaultGateway {
  /** Where the file of a URL is kept. */
  fileOf(url: string): string;
  /** Resolves when the status of a model is so. */
  until(alias: string, isSo: (status: ModelStatus) => boolean): Promise<ModelStatus>;
}

/** A model entry, beside its type. */
interface RemoteEntry {
  readonly src: string;
  readonly sha256?: string;
  readonly preload?: boolean;
}

/** A config with a cache of its own, for models by their URLs. Returns the paths of both. */
export function writeRemoteConfig(models: Readonly<Record<string, RemoteEntry>>) {
  const folder = tempFolder();
  const cache = join(folder, 'cache');
  mkdirSync(cache);
  const entries = Object.entries(models).map(([alias, entry]) => [
    alias,
    { ...entry, type: 'llm', config: { ctx_size: 2048, device: 'cpu' } },
  ]);
  const config = join(folder, 'qvac.config.json');
  writeFileSync(
    config,
    JSON.stringify({ cacheDirectory: cache, serve: { models: Object.fromEntries(entries) } }),
  );
  return { folder, cache, config };
}

/** Starts a gateway with {@link writeRemoteConfig}. Call it at the top level of a test file. */
export async function startRemoteGateway(
  models: Readonly<Record<string, RemoteEntry>>,
): Promise<RemoteGateway> {
  const { folder, cache, config } = writeRemoteConfig(models);
  const gateway = await startFaultGateway(config, folder);
  return {
    ...gateway,
    async until(alias, isSo) {
      while (true) {
        const status = await gateway.statusOf(alias);
        if (isSo(status)) return status;
      }
    },
    fileOf(url) {
      const file = cachedFile(url, cache);
      if (file === undefined) throw new Error(`no file is known of ${url}`);
      return file;
    },
  };
}
