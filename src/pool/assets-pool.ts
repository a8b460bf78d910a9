import { setTimeout as delay } from 'node:timers/promises';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { DownloadEvent } from '../protocol/events.js';
import type { AssetsJob, DownloadJob } from '../protocol/jobs.js';
import { isElsewhere, type ModelSpec } from '../protocol/model-spec.js';
import { CallStream } from './call-stream.js';
import { remoteSources } from './remote-sources.js';
import { assetsEnv, type ThreadSurroundings } from './worker-env.js';
import { createWorkerThread } from './worker-thread.js';

/** How long the SDK's process may take to end before its thread is ended all the same. */
const CLOSE_TIMEOUT_MS = 10_000;

/** Bytes of a download that a load waits for: of the model's files whose size is known so far, together. */
export interface DownloadProgress {
  readonly downloadedBytes: number;
  /** 0 while it is not known. */
  readonly totalBytes: number;
}

/** Nothing of nothing. */
const NO_PROGRESS: DownloadProgress = { downloadedBytes: 0, totalBytes: 0 };

type AssetsThread = ReturnType<typeof createWorkerThread<AssetsJob>>;

/**
 * Downloads the files of models, all in one thread with one SDK process: the SDK locks the registry's storage for as
 * long as a process lives that once used it, so a model worker that downloaded would keep all others from doing so.
 * The model workers then find the files in the SDK's cache. Thread and process live only while something is downloaded.
 *
 * Models with the same file share one download: the SDK sees to that. Each can leave it; when the last has left, it ends.
 */
export class AssetsPool {
  readonly #surroundings: ThreadSurroundings;
  readonly #downloads = new Set<MessagePort>();
  readonly #running = new Set<Promise<void>>();
  /** By file: settles when the SDK has let go of one whose download was cancelled. Two must never write to it. */
  readonly #letGo = new Map<string, Promise<void>>();
  #thread: AssetsThread | undefined;
  /** Settles when the last thread is gone: two SDK processes must never be at the registry. */
  #closing: Promise<void> = Promise.resolve();

  constructor(surroundings: ThreadSurroundings) {
    this.#surroundings = surroundings;
  }

  /**
   * Makes sure that all files of a model are on this machine. Local ones are taken as they are, and those
   * of a model that runs on another peer are there.
   *
   * @param signal cancels the download; what is there already is kept and the next one goes on from it.
   * @throws {ApiError} if one can't be had: `download_failed`, `model_load_failed` if its address is wrong,
   *   `checksum_mismatch` or `disk_full`; or the reason of `signal`.
   */
  async ensure(
    spec: ModelSpec,
    onProgress: (progress: DownloadProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    if (isElsewhere(spec)) return;
    const { alias, sha256 } = spec;
    const jobs = remoteSources(spec).map((source) => ({
      alias,
      source,
      ...(source === spec.source && { sha256 }),
    }));
    if (jobs.length === 0) return;
    const running = this.#ensure(jobs, onProgress, signal);
    this.#running.add(running);
    try {
      await running;
    } finally {
      this.#running.delete(running);
      if (this.#running.size === 0) this.#closing = this.#close();
    }
  }

  /** Resolves when no thread and no process of this pool is left. Nothing may be asked of it meanwhile. */
  async closed(): Promise<void> {
    await Promise.allSettled(this.#running);
    await this.#closing;
  }

  async #ensure(
    jobs: readonly DownloadJob[],
    onProgress: (progress: DownloadProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#closing;
    let before = NO_PROGRESS;
    for (const job of jobs) {
      let now = before;
      await this.#download(
        job,
        ({ downloadedBytes, totalBytes }) => {
          now = {
            downloadedBytes: before.downloadedBytes + downloadedBytes,
            totalBytes: before.totalBytes + totalBytes,
          };
          onProgress(now);
        },
        signal,
      );
      before = now;
    }
  }

  async #download(
    job: DownloadJob,
    onProgress: (progress: DownloadProgress) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const file = typeof job.source === 'string' ? job.source : job.source.src;
    await this.#letGo.get(file);
    signal.throwIfAborted();
    this.#thread ??= this.#createThread();
    const { port1, port2 } = new MessageChannel();
    this.#downloads.add(port1);
    port1.once('close', () => this.#downloads.delete(port1));
    const download = new CallStream<DownloadEvent>(port1, job.alias);
    const cancel = (): void => {
      download.cancel(signal.reason);
      const letGo = download.ended.then(() => {
        if (this.#letGo.get(file) === letGo) this.#letGo.delete(file);
      });
      this.#letGo.set(file, letGo);
    };
    signal.addEventListener('abort', cancel, { once: true });
    // A thread that ends closes the port, and the stream says so.
    this.#thread
      .run({ kind: 'download', ...job, port: port2 }, { transferList: [port2] })
      .catch(() => port1.close());
    try {
      for await (const events of download) {
        const last = events.findLast((event) => event.type === 'progress');
        if (last) onProgress(last);
      }
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #createThread(): AssetsThread {
    const thread = createWorkerThread<AssetsJob>('assets-worker.js', assetsEnv(this.#surroundings));
    // A thread that fails at import never settles run(): this event is all there is.
    thread.on('error', () => {
      for (const port of this.#downloads) port.close();
    });
    return thread;
  }

  async #close(): Promise<void> {
    const thread = this.#thread;
    this.#thread = undefined;
    if (!thread) return;
    const closed = thread.run({ kind: 'close' }).catch(() => {}); // a dead thread has nothing to close
    await Promise.race([closed, delay(CLOSE_TIMEOUT_MS, undefined, { ref: false })]);
    await thread.destroy();
  }
}
