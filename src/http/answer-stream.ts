import type { FastifyReply } from 'fastify';
import { toErrorBody, toLoggedApiError } from './error-reply.js';
import { KEEP_ALIVE, KEEP_ALIVE_MS, SseReply, sseFrame } from './sse.js';
import { writeAndWait } from './write-and-wait.js';

/** The answer has been sent: there is nothing to return but the reply. */
export const SENT = Symbol('sent');

/**
 * How long a streamed answer may take to begin before its head is sent without it. Until then an error has its proper
 * status; after it, a client that waits for a head, or a proxy, gives up (after 10 s and more).
 */
const LATE_MS = 5_000;

/**
 * The stream that answers a request. It begins with the answer, or with its head alone if that is late. While nothing of the
 * answer comes, a comment does now and then, so that nobody takes it for dead: while the model is downloaded or loaded,
 * others are served first, a long prompt is read, or the arguments of a tool are written.
 */
export class AnswerStream {
  readonly #reply: FastifyReply;
  #sse: SseReply | undefined;
  #hasAnswer = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param isAsked whether it may begin before the answer: whoever has not asked for a stream gets a status instead. */
  constructor(reply: FastifyReply, isAsked: boolean) {
    this.#reply = reply;
    if (isAsked) this.#timer = setTimeout(() => this.#begin().write(KEEP_ALIVE), LATE_MS);
  }

  /** Its head has been sent: an error can only be a frame of it. */
  get hasBegun(): boolean {
    return this.#sse !== undefined;
  }

  /** Something of an answer has been sent: no other can take its place. */
  get hasAnswer(): boolean {
    return this.#hasAnswer;
  }

  /** Writes finished frames of the answer. A client that is too far behind is cut. */
  write(frames: string): void {
    this.#answer().write(frames);
  }

  /** The same for frames whose source can wait: resolves when the client has room for more. */
  async writeAndWait(frames: Buffer): Promise<void> {
    this.#answer();
    await writeAndWait(this.#reply.raw, frames);
  }

  /** Ends the answer with these frames. */
  end(frames: string | Buffer): void {
    this.#answer().end(frames);
    this.close();
  }

  /** Ends it with an error. */
  fail(error: unknown): void {
    this.#begin().end(sseFrame(toErrorBody(toLoggedApiError(error, this.#reply.request))));
    this.close();
  }

  /** No comment is sent any more, and no head that has not been sent. */
  close(): void {
    clearTimeout(this.#timer);
  }

  #answer(): SseReply {
    const sse = this.#begin();
    this.#hasAnswer = true;
    this.#timer?.refresh();
    return sse;
  }

  #begin(): SseReply {
    if (this.#sse) return this.#sse;
    this.close();
    const sse = new SseReply(this.#reply);
    this.#timer = setInterval(() => sse.write(KEEP_ALIVE), KEEP_ALIVE_MS);
    this.#sse = sse;
    return sse;
  }
}

/**
 * Answers a request that may have asked for a stream.
 *
 * @param isAsked whether it has.
 * @returns what `answer` does, or {@link SENT} if it failed within the stream, of which an error is the last frame then.
 * @throws what `answer` does before the stream has begun, for a proper reply.
 */
export async function withAnswerStream<Result>(
  reply: FastifyReply,
  isAsked: boolean,
  answer: (stream: AnswerStream) => Promise<Result>,
): Promise<Result | typeof SENT> {
  const stream = new AnswerStream(reply, isAsked);
  try {
    return await answer(stream);
  } catch (error) {
    if (!stream.hasBegun) throw error;
    stream.fail(error);
    return SENT;
  } finally {
    stream.close();
  }
}
