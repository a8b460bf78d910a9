import type { ErrorData } from '../protocol/errors.js';

/**
 * What the SDK's decoder says of a recording that it can't read: FFmpeg's words, which come without a type or a code,
 * and its own. "Success" is what FFmpeg's binding says when no format fits. Seen of 70 damaged files in seven formats;
 * none of them ended the process.
 */
const DECODER_WORDS =
  /^(?:Success|End of file|Invalid argument|Operation not permitted|Invalid data found when processing input|(?:Decoder|Demuxer|Stream) not found|Not yet implemented in FFmpeg|No audio data decoded from file|Audio decoding timed out)/;

/** The error that a client is to see if the recording is at fault, by what the SDK threw. */
export function toAudioError(error: unknown): ErrorData | undefined {
  const reason = error instanceof Error ? error.message : String(error);
  const words = DECODER_WORDS.exec(reason)?.[0];
  if (words === undefined) return undefined;
  const said = words === 'Success' ? '' : ` (${words})`;
  return {
    code: 'invalid_audio',
    message: `The file can't be decoded as audio${said}. It may be cut off, damaged or too short, or have no sound as its first track.`,
    param: 'file',
  };
}
