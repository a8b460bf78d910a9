import { malformed } from '../../remote/remote-error.js';
import type { AnswerStream } from '../answer-stream.js';
import { transcriptFrames } from '../openai/transcript-frames.js';
import type { RequestText } from '../request-text.js';
import { hearWhole } from './hear-answer.js';

/** More than is said in a day. */
const TRANSCRIPT_BYTES = 4 * 1024 * 1024;

/** A transcription that is no stream, and where it goes. */
interface WholeTranscript {
  /** Names the remote in errors. */
  readonly remote: string;
  /** Its content type. */
  readonly type: string;
  /** Hears what is said, where that is wanted. */
  readonly text: RequestText | undefined;
  readonly stream: AnswerStream;
}

/**
 * Sends a transcription on as a stream that has begun: not every server knows `stream` there, and OpenAI's own passes over it
 * for `whisper-1`.
 *
 * @throws {ApiError} `remote_error` if it is none, and as `readBody`.
 */
export async function relayTranscript(
  parts: AsyncIterable<Buffer>,
  { remote, type, text, stream }: WholeTranscript,
): Promise<void> {
  const kept: Buffer[] = [];
  let bytes = 0;
  for await (const part of parts) {
    kept.push(part);
    bytes += part.length;
    if (bytes > TRANSCRIPT_BYTES) throw malformed(remote, 'sends a transcription that has no end');
  }
  const body = Buffer.concat(kept);
  const said = /^application\/json/i.test(type) ? textOf(body) : body.toString().trim();
  if (said === undefined) throw malformed(remote, 'answers with JSON that is no transcription');
  hearWhole(text, body, type);
  stream.end(transcriptFrames(said));
}

function textOf(body: Buffer): string | undefined {
  try {
    const { text } = JSON.parse(body.toString()) as { text?: unknown };
    return typeof text === 'string' ? text : undefined;
  } catch {
    return undefined;
  }
}
