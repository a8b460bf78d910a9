import { open } from 'node:fs/promises';
import { ApiError } from '../../protocol/errors.js';
import { isAudio } from './transcriptions-signature.js';
import { missingWavBytes } from './transcriptions-wav.js';

/** Enough for the header of a recording, with the chunks of notes that may stand before its sound. */
const HEAD_BYTES = 64 * 1024;

/**
 * Checks that a file is a recording, by its content: its name and its declared type say nothing reliable. A file that is
 * none never gets to the engine, whose FFmpeg would also take playlists and other things that refer to further files.
 *
 * @throws {ApiError} `invalid_audio`.
 */
export async function checkAudioFile(path: string): Promise<void> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (size === 0) throw invalidAudio('The file is empty');
    const { buffer, bytesRead } = await file.read(new Uint8Array(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const head = buffer.subarray(0, bytesRead);
    if (!isAudio(head)) {
      throw invalidAudio('The file is not audio. Send wav, mp3, m4a, mp4, ogg, flac, aac or webm');
    }
    const missing = missingWavBytes(head, size);
    if (missing > 0) throw invalidAudio(`The file is cut off: ${missing} bytes are missing at its end`);
  } finally {
    await file.close();
  }
}

function invalidAudio(message: string): ApiError {
  return new ApiError('invalid_audio', `${message}.`, { param: 'file' });
}
