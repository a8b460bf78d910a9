import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply } from 'fastify';
import { ModelRewriter } from '../../remote/model-rewriter.js';
import { writeAndWait } from '../write-and-wait.js';
import { hearWhole } from './hear-answer.js';
import type { RewrittenAnswer } from './relay-stream.js';
import { readUsage, tellUsage, USAGE_BYTES } from './tell-usage.js';

/** Of an answer that is kept until it is whole, so that one that breaks off becomes an error. The vectors of a large batch are longer. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** An answer that is no stream of events. */
interface WholeAnswer extends RewrittenAnswer {
  readonly reply: FastifyReply;
  readonly status: number;
  /** Its content type. */
  readonly type: string;
}

/**
 * Sends an answer of a remote on. One that is too long to be kept is sent as it comes; if it breaks off, so does ours.
 *
 * @returns whether it came to its end.
 * @throws what goes wrong while nothing of it has been sent.
 */
export async function relayWhole(parts: AsyncIterable<Buffer>, to: WholeAnswer): Promise<boolean> {
  const { alias, reply, status, type, text } = to;
  const rewriter = /^application\/json/i.test(type) ? new ModelRewriter(alias) : undefined;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let last: Buffer = Buffer.alloc(0);
  try {
    for await (const part of parts) {
      const bytes = rewriter?.push(part) ?? part;
      if (reply.sent) {
        last = bytes.length < USAGE_BYTES ? Buffer.concat([last, bytes]).subarray(-USAGE_BYTES) : bytes;
        await writeAndWait(reply.raw, bytes);
        continue;
      }
      kept.push(bytes);
      keptBytes += bytes.length;
      if (keptBytes <= KEPT_BYTES) continue;
      last = bytes;
      reply.hijack();
      reply.raw.writeHead(status, { ...(reply.getHeaders() as OutgoingHttpHeaders), 'content-type': type });
      await writeAndWait(reply.raw, Buffer.concat(kept));
      kept = [];
    }
  } catch (error) {
    if (!reply.sent) throw error;
    reply.raw.destroy();
    return false;
  }
  if (reply.sent) {
    tellUsage(to, readUsage(last));
    reply.raw.end();
    return true;
  }
  const body = Buffer.concat(kept);
  tellUsage(to, readUsage(body));
  hearWhole(text, body, type);
  reply.code(status).type(type).send(body);
  return true;
}
