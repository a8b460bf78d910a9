import { statfs } from 'node:fs/promises';
import { type DownloadSubject, silentTooLong, tooLittleSpace } from './download-error.js';

/** How long a download may bring nothing. The SDK gives up a silent connection sooner, and tries again itself. */
const SILENCE_MS = 60_000;

/** How fast at least the SDK checks and unpacks what it has: it says nothing meanwhile. */
const BYTES_PER_SILENT_MS = 50_000;

/** What has come of a file, or of several that belong together. */
export interface Transfer {
  readonly downloadedBytes: number;
  /** 0 while it is not known. */
  readonly totalBytes: number;
}

/** Ends a download that has no future. */
export interface DownloadGuard {
  /** Rejects with the reason why it should end. */
  readonly failed: Promise<never>;
  /** Something came. */
  progress(transfer: Transfer): void;
  stop(): void;
}

/**
 * Begins to watch a download: for silence, and, once its size is known, for too little space.
 *
 * @param worksSilently whether the SDK may be at work on so many bytes without a word.
 * @param expectedBytes its size, if that is known beforehand.
 */
export function guardDownload(
  subject: DownloadSubject,
  worksSilently: boolean,
  expectedBytes = 0,
): DownloadGuard {
  let fail: (error: unknown) => void = () => {};
  const failed = new Promise<never>((_, reject) => {
    fail = reject;
  });
  failed.catch(() => {}); // the download may be over by then
  let silenceMs = 0;
  let timer: NodeJS.Timeout | undefined;
  let checkedBytes = 0;

  function listen(totalBytes: number): void {
    silenceMs = SILENCE_MS + (worksSilently ? totalBytes / BYTES_PER_SILENT_MS : 0);
    clearTimeout(timer);
    timer = setTimeout(() => fail(silentTooLong(subject, silenceMs)), silenceMs);
  }

  async function checkSpace(wantedBytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(subject.cacheFolder);
    const freeBytes = bavail * bsize;
    if (freeBytes < wantedBytes) fail(tooLittleSpace(subject, wantedBytes, freeBytes));
  }

  listen(expectedBytes);
  return {
    failed,
    progress({ downloadedBytes, totalBytes }) {
      listen(totalBytes);
      if (totalBytes === checkedBytes) return;
      checkedBytes = totalBytes;
      checkSpace(totalBytes - downloadedBytes).catch(() => {}); // a file system that does not tell
    },
    stop: () => clearTimeout(timer),
  };
}
