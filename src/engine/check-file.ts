import { type DownloadSubject, stillAPart, wrongChecksum, wrongSize } from './download-error.js';
import { type FileNote, readNote, removeFile, sha256Of, sizeOf, writeNote } from './file-note.js';

/** What a file should be like. */
interface Expected {
  /** 0 if nothing was transferred: the SDK passes a part for the whole when it can't reach the server. */
  readonly bytes: number;
  /** As the config has it. */
  readonly sha256: string | undefined;
}

/**
 * Whether a file is known to be whole and right, so that nobody need be asked. One with the wrong checksum is removed.
 */
export async function isWhole(
  file: string,
  sha256: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const note = await readNote(file);
  if (note === undefined || note.bytes !== (await sizeOf(file))) return false;
  if (sha256 === undefined || note.sha256 === sha256) return true;
  const actual = await sha256Of(file, signal);
  if (actual !== sha256) {
    await removeFile(file);
    return false;
  }
  await writeNote(file, { ...note, sha256 });
  return true;
}

/**
 * Checks a file that was downloaded, and removes one that is wrong. The SDK takes a connection that ends too early for the
 * end of the file, in some cases, and knows no checksum of a URL's.
 *
 * @throws {ApiError} `download_failed` or `checksum_mismatch`.
 */
export async function checkFile(
  file: string,
  { bytes: told, sha256 }: Expected,
  subject: DownloadSubject,
  signal: AbortSignal,
): Promise<void> {
  const size = await sizeOf(file);
  const noted = (await readNote(file))?.bytes;
  const bytes = told || noted || size;
  if (size !== bytes && told === 0) throw stillAPart(subject, bytes, size);
  if (size !== bytes || size === 0) {
    await removeFile(file);
    throw wrongSize(subject, bytes, size);
  }
  let note: FileNote = { bytes };
  if (sha256 !== undefined) {
    const actual = await sha256Of(file, signal);
    if (actual !== sha256) {
      await removeFile(file);
      throw wrongChecksum(subject, sha256, actual);
    }
    note = { bytes, sha256 };
  }
  // Of a file that was there before there were notes, the SDK may have looked at no more than the beginning.
  if (told > 0 || noted !== undefined || sha256 !== undefined) await writeNote(file, note);
}
