import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

/**
 * What is known of a file that is, or was, downloaded. It stands beside the file: the SDK writes the parts of a file under
 * its final name, so the file alone does not tell whether it is whole.
 */
export interface FileNote {
  /** Size of the whole file, as its server told. */
  readonly bytes: number;
  /** What was found when it was whole, in hex. */
  readonly sha256?: string;
}

/** The note of a file, or `undefined` if there is none that can be read. */
export async function readNote(file: string): Promise<FileNote | undefined> {
  try {
    const note = JSON.parse(await readFile(toNotePath(file), 'utf8')) as Partial<FileNote>;
    return typeof note.bytes === 'number' ? (note as FileNote) : undefined;
  } catch {
    return undefined;
  }
}

/** Notes are a help: a disk that takes none is no reason to give up a download. */
export async function writeNote(file: string, note: FileNote): Promise<void> {
  await writeFile(toNotePath(file), JSON.stringify(note)).catch(() => {});
}

/** Removes a file that is of no use, with its note. */
export async function removeFile(file: string): Promise<void> {
  await Promise.all([rm(file, { force: true }), rm(toNotePath(file), { force: true })]);
}

/** 0 if there is none. */
export async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** In lower-case hex. */
export async function sha256Of(file: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash, { signal });
  return hash.digest('hex');
}

function toNotePath(file: string): string {
  return `${file}.note.json`;
}
