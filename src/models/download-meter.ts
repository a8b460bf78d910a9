import type { DownloadProgress } from '../pool/assets-pool.js';
import type { Logger } from '../telemetry/logger.js';

/** How fast what a connection did before is forgotten. */
const SMOOTHING_MS = 10_000;

/** Between two lines in the log. */
const LOG_MS = 10_000;

/** A download as it is now. */
export interface DownloadSnapshot extends DownloadProgress {
  /** `undefined` while nobody can tell. */
  readonly secondsLeft: number | undefined;
}

/** One download from its first bytes to its end. */
interface Series {
  readonly startedAt: number;
  latest: DownloadProgress;
  latestAt: number;
  /** Bytes per millisecond; `undefined` before the second report. */
  rate: number | undefined;
  loggedAt: number;
}

/** Tells how far the download of a model is, and logs it: when it begins, every ten seconds, and when it has ended. */
export class DownloadMeter {
  readonly #log: Logger;
  readonly #now: () => number;
  #series: Series | undefined;

  /** @param now milliseconds of a clock that never goes back. */
  constructor(log: Logger, now = () => performance.now()) {
    this.#log = log;
    this.#now = now;
  }

  /** `undefined` while nothing is downloaded, also if a download only looks whether the file is there. */
  get current(): DownloadSnapshot | undefined {
    if (!this.#series) return undefined;
    const { latest, latestAt, rate } = this.#series;
    // Silence counts: a connection that is gone is not about to finish.
    const rateNow = rate && rate * Math.exp((latestAt - this.#now()) / SMOOTHING_MS);
    const bytesLeft = latest.totalBytes - latest.downloadedBytes;
    const isKnown = rateNow !== undefined && rateNow > 0 && bytesLeft >= 0;
    return { ...latest, secondsLeft: isKnown ? Math.ceil(bytesLeft / rateNow / 1000) : undefined };
  }

  /** Runs a download, which reports its progress. */
  async measure(run: (onProgress: (progress: DownloadProgress) => void) => Promise<void>): Promise<void> {
    let series: Series | undefined;
    try {
      await run((progress) => {
        if (series) this.#add(series, progress);
        else if (progress.downloadedBytes !== progress.totalBytes) series = this.#begin(progress);
      });
      if (!series) return;
      const ms = Math.round(this.#now() - series.startedAt);
      this.#log.info({ ...series.latest, downloadMs: ms }, 'model downloaded');
    } finally {
      if (this.#series === series) this.#series = undefined;
    }
  }

  #begin(progress: DownloadProgress): Series {
    const now = this.#now();
    this.#log.info(progress, 'model downloading');
    this.#series = { startedAt: now, latest: progress, latestAt: now, rate: undefined, loggedAt: now };
    return this.#series;
  }

  #add(series: Series, progress: DownloadProgress): void {
    const now = this.#now();
    const elapsedMs = now - series.latestAt;
    if (elapsedMs > 0) {
      const rate = Math.max(0, progress.downloadedBytes - series.latest.downloadedBytes) / elapsedMs;
      const weight = 1 - Math.exp(-elapsedMs / SMOOTHING_MS);
      series.rate = series.rate === undefined ? rate : series.rate + weight * (rate - series.rate);
      series.latestAt = now;
    }
    series.latest = progress;
    if (now - series.loggedAt < LOG_MS) return;
    series.loggedAt = now;
    this.#log.info({ ...this.current }, 'model downloading');
  }
}
