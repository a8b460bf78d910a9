import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GatewayConfig } from '../config/gateway-config.js';
import type { ThreadSurroundings } from '../pool/worker-env.js';
import { createRunFolder, type RunFolder, runFolderParents } from './run-folder.js';
import { sweepRunFolders } from './sweep-run-folders.js';

/** The files of one run, which go when it ends, however it does. */
export class RunFiles implements ThreadSurroundings {
  readonly sdkConfigFile: string;
  readonly #sdk: GatewayConfig['sdk'];
  readonly #folder: RunFolder;
  #cache: RunFolder | undefined;
  readonly #removeSync = (): void => {
    this.#folder.removeSync();
    this.#cache?.removeSync();
  };

  private constructor(folder: RunFolder, sdk: GatewayConfig['sdk']) {
    this.#folder = folder;
    this.#sdk = sdk;
    this.sdkConfigFile = join(folder.path, 'sdk.config.json');
    process.once('exit', this.#removeSync);
  }

  /**
   * Makes them, and removes what runs have left that were killed.
   *
   * @param sdk the SDK's settings, of the config.
   */
  static async create(sdk: GatewayConfig['sdk']): Promise<RunFiles> {
    await sweepRunFolders();
    const files = new RunFiles(await createRunFolder('temporary'), sdk);
    await files.#writeSdkConfig({});
    return files;
  }

  get runFolder(): string {
    return this.#folder.path;
  }

  get cacheFolder(): string | undefined {
    return this.#cache?.path;
  }

  /** Call it before there is a model that keeps conversations: makes a folder for them. If it can't, all is as it was. */
  async keepConversations(): Promise<void> {
    if (this.#cache) return;
    const cache = await createRunFolder('onDisk');
    try {
      // Such a model gives the SDK another home, where it would look for the files of models, too.
      await this.#writeSdkConfig({ cacheDirectory: join(runFolderParents().onDisk, 'models') });
    } catch (error) {
      await cache.remove();
      throw error;
    }
    this.#cache = cache;
  }

  /** Call it when no process of the run is left. */
  async remove(): Promise<void> {
    await Promise.all([this.#folder.remove(), this.#cache?.remove()]);
    process.off('exit', this.#removeSync);
  }

  /** Workers read it whenever they start: on a disk that is full it must not become half a file. */
  async #writeSdkConfig(defaults: GatewayConfig['sdk']): Promise<void> {
    const next = `${this.sdkConfigFile}.next`;
    await writeFile(next, JSON.stringify({ ...defaults, ...this.#sdk }));
    await rename(next, this.sdkConfigFile);
  }
}
