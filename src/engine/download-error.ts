import { ApiError } from '../protocol/errors.js';
import { hideUrlSecrets } from '../protocol/shown-source.js';

/** The disk, or what one file or one user may have of it, is full. */
const DISK_FULL = /\b(?:ENOSPC|EDQUOT|EFBIG)\b|no space left|file too large|quota exceeded/i;

/** Another process has the storage of the SDK's registry. */
const LOCKED = /File descriptor could not be locked/i;

/** Answers that mean that asking again changes nothing. */
const REFUSED = /\bHTTP\b.*\b4(?!08|29)\d\d\b/i;

/** What is needed to say what could not be downloaded. */
export interface DownloadSubject {
  readonly alias: string;
  /** Without secrets. */
  readonly shownSource: string;
  readonly cacheFolder: string;
}

/** What an error of the SDK while it downloads means to a client. */
export function toDownloadError(error: unknown, subject: DownloadSubject): ApiError {
  if (error instanceof ApiError) return error;
  const reason = hideUrlSecrets(error instanceof Error ? error.message : String(error));
  const failed = `${describe(subject)} could not be downloaded: ${reason}`;
  if (DISK_FULL.test(reason)) {
    return new ApiError('disk_full', `${failed}. ${makeRoom(subject)}`);
  }
  if (/checksum/i.test(reason)) return new ApiError('checksum_mismatch', failed);
  if (LOCKED.test(reason)) {
    return new ApiError(
      'download_failed',
      `${describe(subject)} can't be downloaded now: another process, as a gateway or 'qvac pull', downloads from the registry. Try again when it has finished.`,
    );
  }
  if (REFUSED.test(reason)) return new ApiError('model_load_failed', `${failed}. Is the address right?`);
  return new ApiError('download_failed', `${failed}. The next try goes on from what is there.`);
}

export function takenByProcess(subject: DownloadSubject, pid: number, lock: string): ApiError {
  return new ApiError(
    'download_failed',
    `${describe(subject)} can't be downloaded now: process ${pid} downloads it. Try again when it has finished; if that is no gateway and no 'qvac pull', remove ${lock}.`,
  );
}

export function tooLittleSpace(subject: DownloadSubject, wantedBytes: number, freeBytes: number): ApiError {
  return new ApiError(
    'disk_full',
    `${describe(subject)} can't be downloaded: ${wantedBytes} more bytes are wanted, and ${subject.cacheFolder} has ${freeBytes} free. ${makeRoom(subject)}`,
  );
}

export function silentTooLong(subject: DownloadSubject, silenceMs: number): ApiError {
  return new ApiError(
    'download_failed',
    `${describe(subject)} could not be downloaded: nothing came for ${Math.round(silenceMs / 1000)} s. The next try goes on from what is there.`,
  );
}

export function stillAPart(subject: DownloadSubject, expectedBytes: number, bytes: number): ApiError {
  return new ApiError(
    'download_failed',
    `${describe(subject)} could not be downloaded: its server can't be reached, and only ${bytes} of ${expectedBytes} bytes are here.`,
  );
}

export function wrongSize(subject: DownloadSubject, expectedBytes: number, bytes: number): ApiError {
  return new ApiError(
    'download_failed',
    `${describe(subject)} could not be downloaded: ${bytes} of ${expectedBytes} bytes came. The next try begins anew.`,
  );
}

export function wrongChecksum(subject: DownloadSubject, expected: string, actual: string): ApiError {
  return new ApiError(
    'checksum_mismatch',
    `${describe(subject)} was downloaded and removed: its SHA-256 is ${actual}, and the config wants ${expected}. Check 'sha256' and 'src' of the model.`,
  );
}

function describe({ alias, shownSource }: DownloadSubject): string {
  return `Model '${alias}': ${shownSource}`;
}

function makeRoom({ cacheFolder }: DownloadSubject): string {
  return `Make room in ${cacheFolder}, or name another folder as 'cacheDirectory' in the config.`;
}
