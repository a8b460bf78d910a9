import { MessageChannel } from 'node:worker_threads';
import type { DownloadEvent } from '../protocol/events.js';
import type { AssetsJob } from '../protocol/jobs.js';
import type { ModelSpec } from '../protocol/model-spec.js';
import { CallStream } from './call-stream.js';
import { remoteSources } from './remote-sources.js';
import { assetsEnv, type WorkerSurroundings } from './worker-env.js';
import { createWorkerThread } from './worker-thread.js';

/** Bytes of a download that a load waits for. */
export interface DownloadProgress {
  readonly downloadedBytes: number;
  readonly totalBytes: number;
}

/**
 * Downloads the files of models, all in one thread with one SDK process: the SDK locks the registry's storage for as
 * long as a process lives that once used it, so a model worker that downloaded would keep all others from doing so.
 * The model workers then find the files in the SDK's cache. Thread and process live only while something is downloaded.
 */
export class AssetsPool {
  readonly #surroundings: WorkerSurroundings;
  #thread: ReturnType<typeof createWorkerThread<AssetsJob>> | undefined;
  #running = 0;

  constructor(surroundings: WorkerSurroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * Makes sure that all files of a model are on this machine. Local ones are taken as they are.
   *
   * @throws {ApiError} `model_load_failed` if one can't be had.
   */
  async ensure(spec: ModelSpec, onProgress: (progress: DownloadProgress) => void): Promise<void> {
    const remote = remoteSources(spec);
    if (remote.length === 0) return;
    this.#thread ??= createWorkerThread<AssetsJob>('assets-worker.js', assetsEnv(this.#surroundings));
    const thread = this.#thread;
    this.#running += 1;
    try {
      for (const source of remote) {
        const { port1, port2 } = new MessageChannel();
        const download = new CallStream<DownloadEvent>(port1, spec.alias);
        // A thread that fails closes the port; the stream says so.
        thread
          .run({ kind: 'download', alias: spec.alias, source, port: port2 }, { transferList: [port2] })
          .catch(() => port1.close());
        for await (const events of download) {
          const last = events.findLast((event) => event.type === 'progress');
          if (last) onProgress(last);
        }
      }
    } finally {
      this.#running -= 1;
      if (this.#running === 0) {
        this.#thread = undefined;
        await thread.run({ kind: 'close' }).catch(() => {}); // a dead thread has nothing to close
        await thread.destroy();
      }
    }
  }
}
