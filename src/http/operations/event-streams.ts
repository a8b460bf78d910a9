import type { FastifyInstance, FastifyReply } from 'fastify';
import { ApiError } from '../../protocol/errors.js';
import { KEEP_ALIVE, KEEP_ALIVE_MS, SseReply } from '../sse.js';

/** Streams at once. Each is a connection that stays. */
const MOST_STREAMS = 32;

/** The streams of server-sent events that last until their readers, or the server, have had enough. */
export class EventStreams {
  readonly #open = new Set<SseReply>();

  constructor(app: FastifyInstance) {
    // They have no end of their own, and the server waits for all answers.
    app.addHook('preClose', async () => {
      for (const sse of this.#open) sse.end('');
    });
  }

  /**
   * Answers with a stream. A reader that does not keep up is cut, as with all streams; so is one whose key is one no more.
   *
   * @param begin writes what there is, sees to what comes, and returns a function that ends this.
   * @throws {ApiError} `too_many_event_streams`
   */
  open(reply: FastifyReply, begin: (sse: SseReply) => () => void): FastifyReply {
    if (this.#open.size >= MOST_STREAMS) {
      throw new ApiError(
        'too_many_event_streams',
        `${MOST_STREAMS} streams of events and of the log are open already. Close one of them.`,
      );
    }
    const sse = new SseReply(reply);
    if (reply.raw.destroyed) return reply;
    reply.raw.flushHeaders(); // there may be nothing to write for long
    this.#open.add(sse);
    const end = begin(sse);
    const timer = setInterval(() => sse.write(KEEP_ALIVE), KEEP_ALIVE_MS);
    const revoked = reply.request.clientKey?.revoked;
    const cut = (): void => sse.end('');
    revoked?.addEventListener('abort', cut, { once: true });
    reply.raw.once('close', () => {
      revoked?.removeEventListener('abort', cut);
      clearInterval(timer);
      end();
      this.#open.delete(sse);
    });
    return reply;
  }
}
