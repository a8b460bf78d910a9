import type { ApiError } from '../../protocol/errors.js';
import type { Usage } from '../../protocol/events.js';
import { type Sayer, unreachable } from '../../remote/remote-error.js';
import { StreamRewriter } from '../../remote/stream-rewriter.js';
import type { AnswerStream } from '../answer-stream.js';
import type { RequestText } from '../request-text.js';
import { hearEvents } from './hear-answer.js';
import { readUsage, tellUsage, type UsageObservers } from './tell-usage.js';

const EMPTY_LINE = Buffer.from('\n\n');

/** In the last event of a transcription, after which not every server says `[DONE]`. */
const TRANSCRIBED = Buffer.from('"transcript.text.done"');

/** What an answer is to be made of, and who is told of it. */
export interface RewrittenAnswer extends UsageObservers {
  readonly alias: string;
  readonly remote: Sayer;
  /** By `performance.now()`. */
  readonly askedAt: number;
  /** Hears what is said, where that is wanted. */
  readonly text: RequestText | undefined;
}

/** An answer of events. */
interface StreamedAnswer extends RewrittenAnswer {
  readonly stream: AnswerStream;
}

/**
 * Sends the server-sent events of a remote on, as they come and as fast as they are read, until the last of them.
 *
 * @returns the error with which the remote ended it, if it did. It has not been sent.
 * @throws {ApiError} as `readBody` and `StreamRewriter`, or `remote_unavailable` if its end is missing.
 */
export async function relayStream(
  parts: AsyncIterable<Buffer>,
  { alias, remote, observer, asking, tokens, askedAt, text, stream }: StreamedAnswer,
): Promise<ApiError | undefined> {
  const rewriter = new StreamRewriter(alias, remote);
  let lastAt: number | undefined;
  let usage: Usage | undefined;
  let latest: Buffer | undefined;
  for await (const part of parts) {
    const frames = rewriter.push(part);
    if (frames.length > 0) {
      const at = performance.now();
      if (lastAt === undefined) {
        observer?.firstToken(at - askedAt);
        asking?.firstToken(at - askedAt);
      } else {
        observer?.nextToken(at - lastAt);
      }
      lastAt = at;
      usage = readUsage(frames) ?? usage;
      hearEvents(text, frames);
      await stream.writeAndWait(frames);
      latest = frames;
    }
    if (rewriter.isDone) break;
  }
  const last = rewriter.push(EMPTY_LINE); // some servers end without one
  if (rewriter.error) return rewriter.error;
  if (!rewriter.isDone && !latest?.includes(TRANSCRIBED))
    throw unreachable(remote.name, 'ended its stream before its end');
  stream.end(last);
  tellUsage({ observer, asking, tokens }, usage);
  return undefined;
}
