import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyBaseLogger, FastifyReply } from 'fastify';

/**
 * What may wait in the gateway for the reader of one stream, beside what the system's own buffers hold (megabytes, on
 * this machine): some 5,000 tokens, the better part of a minute of the fastest models. An engine can't be paused, so a
 * reader that is further behind is cut.
 */
const UNREAD_LIMIT_BYTES = 1024 * 1024;

/**
 * A reply as server-sent events. Frames are written as they come, and nobody waits for the reader: what it has not taken
 * yet is in one place, the buffer of its socket, however many calls write to it, and that has a limit.
 * Taking it from Fastify ends Fastify's part: whatever goes wrong from here on must be written as a frame.
 */
export class SseReply {
  readonly #raw: ServerResponse;
  readonly #log: FastifyBaseLogger;

  constructor(reply: FastifyReply) {
    reply.hijack();
    this.#raw = reply.raw;
    this.#log = reply.log;
    this.#raw.writeHead(200, {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no', // nginx would hold the frames back
    });
  }

  /** Writes finished frames (`data: …\n\n`). A client that is too far behind is cut: for all others it has hung up. */
  write(frames: string): void {
    if (this.#raw.destroyed || this.#raw.writableEnded) return; // cut, or another choice has failed
    this.#raw.write(frames);
    const unreadBytes = this.#raw.writableLength;
    if (unreadBytes <= UNREAD_LIMIT_BYTES) return;
    this.#raw.destroy(); // first: this may be a stream of the log
    this.#log.warn({ unreadBytes }, 'client cut: it reads its stream too slowly');
  }

  end(frames: string | Buffer): void {
    this.#raw.end(frames);
  }
}

/** A comment: it says nothing but that the connection lives. Not `: ping`, which some clients take for an event. */
export const KEEP_ALIVE = ': keep-alive\n\n';

/** Between two of them. Shorter than what proxies wait for (nginx 60 s). */
export const KEEP_ALIVE_MS = 15_000;

/** One frame with a value as JSON. */
export function sseFrame(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
