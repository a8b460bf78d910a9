import { Presets, SingleBar } from 'cli-progress';
import type { PullProgress } from '../gateway/pull-model.js';

/** Between two lines where there is no terminal. */
const LINE_MS = 5_000;

const MB = 1_000_000;

/** Shows how far a download is. */
export interface PullReport {
  progress(progress: PullProgress): void;
  /** No more will come. */
  end(): void;
}

/** A bar, for a terminal. */
export function createBarReport(name: string, stream: NodeJS.WriteStream): PullReport {
  const bar = new SingleBar(
    {
      format: `${name} {bar} {percentage}% | {done} of {all} MB | {speed} MB/s | {eta_formatted} left`,
      stream,
      etaBuffer: 100, // ten seconds of reports
      stopOnComplete: false,
    },
    Presets.shades_classic,
  );
  const startedAt = performance.now();
  let firstBytes: number | undefined;
  return {
    progress({ downloadedBytes, totalBytes }) {
      const begin = firstBytes === undefined;
      firstBytes ??= downloadedBytes;
      const seconds = (performance.now() - startedAt) / 1000;
      const payload = {
        done: toMb(downloadedBytes),
        all: totalBytes ? toMb(totalBytes) : '?',
        speed: toMb((downloadedBytes - firstBytes) / seconds),
      };
      if (begin) bar.start(totalBytes, downloadedBytes, payload);
      bar.setTotal(totalBytes);
      bar.update(downloadedBytes, payload);
    },
    end: () => bar.stop(),
  };
}

/** A line now and then. */
export function createLineReport(name: string, stream: NodeJS.WritableStream): PullReport {
  let saidAt = Number.NEGATIVE_INFINITY;
  return {
    progress({ downloadedBytes, totalBytes }) {
      const isLast = downloadedBytes === totalBytes;
      if (!isLast && performance.now() - saidAt < LINE_MS) return;
      saidAt = performance.now();
      const all = totalBytes ? toMb(totalBytes) : '?';
      stream.write(`${name}: ${toMb(downloadedBytes)} of ${all} MB\n`);
    },
    end: () => {},
  };
}

/** A line of JSON for each report, for programs. */
export function createJsonReport(name: string, stream: NodeJS.WritableStream): PullReport {
  return {
    progress: ({ downloadedBytes, totalBytes }) =>
      stream.write(
        `${JSON.stringify({ type: 'progress', model: name, downloaded_bytes: downloadedBytes, total_bytes: totalBytes || null })}\n`,
      ),
    end: () => {},
  };
}

function toMb(bytes: number): string {
  return (bytes / MB).toFixed(1);
}
