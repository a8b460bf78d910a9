import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Usage } from '../../protocol/events.js';
import { fromErrorFrame, unreachable } from '../../remote/remote-error.js';
import { StreamRewriter } from '../../remote/stream-rewriter.js';
import { toErrorBody, toLoggedApiError } from '../error-reply.js';
import type { RequestText } from '../request-text.js';
import { sseFrame } from '../sse.js';
import { hearEvents } from './hear-answer.js';
import { readUsage, tellUsage, type UsageObservers } from './tell-usage.js';
import { write } from './write.js';

const EMPTY_LINE = Buffer.from('\n\n');

/** Where an answer goes, and what it is to be made of. */
export interface RewrittenReply extends UsageObservers {
  readonly alias: string;
  /** Names the remote in errors. */
  readonly remote: string;
  /** By `performance.now()`. */
  readonly askedAt: number;
  readonly reply: FastifyReply;
  /** Hears what is said, where that is wanted. */
  readonly text: RequestText | undefined;
}

/**
 * Sends the server-sent events of a remote on, as they come and as fast as they are read. An error that comes after the first
 * of them becomes the last.
 *
 * @throws what goes wrong, also after it has been sent.
 */
export async function relayStream(parts: AsyncIterable<Buffer>, to: RewrittenReply): Promise<void> {
  const { alias, remote, observer, asking, askedAt, reply, text } = to;
  const rewriter = new StreamRewriter(alias, (json) =>
    JSON.stringify(toErrorBody(fromErrorFrame(remote, json))),
  );
  let raw: ServerResponse | undefined;
  let lastAt = askedAt;
  let usage: Usage | undefined;
  try {
    for await (const part of parts) {
      const frames = rewriter.push(part);
      if (frames.length === 0) continue;
      const at = performance.now();
      if (raw) {
        observer?.nextToken(at - lastAt);
      } else {
        observer?.firstToken(at - askedAt);
        asking?.firstToken(at - askedAt);
      }
      lastAt = at;
      raw ??= begin(reply);
      usage = readUsage(frames) ?? usage;
      hearEvents(text, frames);
      await write(raw, frames);
    }
    const last = rewriter.push(EMPTY_LINE); // some servers end without one
    if (!rewriter.isDone) throw unreachable(remote, 'ended its stream before its end');
    raw ??= begin(reply);
    raw.end(last);
    tellUsage(to, usage);
  } catch (error) {
    raw?.end(sseFrame(toErrorBody(toLoggedApiError(error, reply.request))));
    throw error;
  }
}

function begin(reply: FastifyReply): ServerResponse {
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    'x-accel-buffering': 'no',
  });
  return reply.raw;
}
