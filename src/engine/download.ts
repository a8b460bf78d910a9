import { setTimeout as delay } from 'node:timers/promises';
import { cancel, downloadAsset } from '@qvac/sdk';
import { cachedFile, isSingleHttpFile } from '../protocol/cached-file.js';
import type { CallFailure, DownloadEvent } from '../protocol/events.js';
import type { DownloadJob } from '../protocol/jobs.js';
import { toShownSource } from '../protocol/shown-source.js';
import { cacheFolder } from './cache-folder.js';
import { checkFile, isWhole } from './check-file.js';
import { type DownloadSubject, takenByProcess, toDownloadError } from './download-error.js';
import { guardDownload, type Transfer } from './download-guard.js';
import { lockFile } from './file-lock.js';
import { writeNote } from './file-note.js';
import { toErrorData } from './to-error-data.js';

/** Between two reports of progress. The SDK has one for each 64 KB. */
const REPORT_MS = 100;

/** How long the SDK may still write after it was told to cancel: it answers at once, and does not say when it has. */
const SETTLE_MS = 250;

/** Puts a remote file into the SDK's cache, unless it is there. All that can go wrong is emitted; it never rejects. */
export async function download(
  job: DownloadJob,
  emit: (event: DownloadEvent | CallFailure) => void,
  signal: AbortSignal,
): Promise<void> {
  const { source, alias, sha256 } = job;
  const subject = { alias, shownSource: toShownSource(source), cacheFolder: cacheFolder() };
  const file = isSingleHttpFile(source) ? cachedFile(source, subject.cacheFolder) : undefined;
  try {
    if (file === undefined) {
      await fetchAsset(job, subject, undefined, emit, signal);
    } else if (!(await isWhole(file, sha256, signal))) {
      const unlock = await lockFile(file, (pid, lock) => takenByProcess(subject, pid, lock));
      try {
        const toldBytes = await fetchAsset(job, subject, file, emit, signal);
        await checkFile(file, { bytes: toldBytes, sha256 }, subject, signal);
      } finally {
        await unlock();
      }
    }
    emit({ type: 'end' });
  } catch (error) {
    const failure = toDownloadError(error, subject);
    emit(signal.aborted ? { type: 'cancelled' } : { type: 'error', error: toErrorData(failure, alias) });
  }
}

/**
 * Returns the size that the server told while it sent: the largest, for a connection that ends too early may pass for the
 * end of the file. 0 if nothing was sent.
 */
async function fetchAsset(
  { source }: DownloadJob,
  subject: DownloadSubject,
  file: string | undefined,
  emit: (event: DownloadEvent) => void,
  signal: AbortSignal,
): Promise<number> {
  signal.throwIfAborted();
  const expectedBytes = typeof source === 'object' ? Number(source.expectedSize) || 0 : 0;
  const guard = guardDownload(subject, file === undefined, expectedBytes);
  let toldBytes = 0;
  let reportedAt = 0;

  function report(transfer: Transfer): void {
    const isLast = transfer.downloadedBytes === transfer.totalBytes;
    if (!isLast && transfer.totalBytes > toldBytes) {
      toldBytes = transfer.totalBytes;
      if (file !== undefined) void writeNote(file, { bytes: toldBytes });
    }
    if (!isLast && performance.now() - reportedAt < REPORT_MS) return;
    reportedAt = performance.now();
    guard.progress(transfer);
    emit({ type: 'progress', ...transfer });
  }

  const running = downloadAsset({
    assetSrc: source,
    onProgress: ({ downloaded, total, shardInfo }) =>
      report({
        downloadedBytes: shardInfo?.overallDownloaded ?? downloaded,
        totalBytes: shardInfo?.overallTotal ?? total,
      }),
  });
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  try {
    await Promise.race([running, guard.failed, aborted]);
    return toldBytes;
  } catch (error) {
    running.catch(() => {});
    await cancel({ requestId: running.requestId }).catch(() => {}); // a dead process needs no cancel
    await delay(SETTLE_MS);
    throw error;
  } finally {
    guard.stop();
  }
}
