import { once } from 'node:events';
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';

/**
 * A reply as server-sent events. Frames are written as they come; a slow reader holds up its own stream only.
 * Taking it from Fastify ends Fastify's part: whatever goes wrong from here on must be written as a frame.
 */
export class SseReply {
  readonly #raw: ServerResponse;

  constructor(reply: FastifyReply) {
    reply.hijack();
    this.#raw = reply.raw;
    this.#raw.writeHead(200, {
      ...(reply.getHeaders() as OutgoingHttpHeaders),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no', // nginx would hold the frames back
    });
  }

  /**
   * Writes finished frames (`data: …\n\n`).
   *
   * @throws the signal's reason if the client goes away while it must be waited for.
   */
  async write(frames: string, signal: AbortSignal): Promise<void> {
    if (this.#raw.write(frames)) return;
    try {
      await once(this.#raw, 'drain', { signal });
    } catch (error) {
      throw signal.aborted ? signal.reason : error;
    }
  }

  end(frames: string): void {
    this.#raw.end(frames);
  }
}

/** One frame with a value as JSON. */
export function sseFrame(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
