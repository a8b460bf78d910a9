import type { OutgoingHttpHeaders } from 'node:http';
import { ModelRewriter } from '../../remote/model-rewriter.js';
import { hearWhole } from './hear-answer.js';
import type { RewrittenReply } from './relay-stream.js';
import { readUsage, tellUsage } from './tell-usage.js';
import { write } from './write.js';

/** Of an answer that is kept until it is whole, so that one that breaks off becomes an error. The vectors of a large batch are longer. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** An answer that is no stream of events. */
interface WholeReply extends RewrittenReply {
  readonly status: number;
  /** Its content type. */
  readonly type: string;
}

/**
 * Sends an answer of a remote on. One that is too long to be kept is sent as it comes; if it breaks off, so does ours.
 *
 * @throws what goes wrong, also after a part of it has been sent.
 */
export async function relayWhole(parts: AsyncIterable<Buffer>, to: WholeReply): Promise<void> {
  const { alias, reply, status, type } = to;
  const rewriter = /^application\/json/i.test(type) ? new ModelRewriter(alias) : undefined;
  let kept: Buffer[] = [];
  let keptBytes = 0;
  try {
    for await (const part of parts) {
      const bytes = rewriter?.push(part) ?? part;
      if (reply.sent) {
        await write(reply.raw, bytes);
        continue;
      }
      kept.push(bytes);
      keptBytes += bytes.length;
      if (keptBytes <= KEPT_BYTES) continue;
      reply.hijack();
      reply.raw.writeHead(status, { ...(reply.getHeaders() as OutgoingHttpHeaders), 'content-type': type });
      await write(reply.raw, Buffer.concat(kept));
      kept = [];
    }
  } catch (error) {
    if (reply.sent) reply.raw.destroy();
    throw error;
  }
  if (reply.sent) {
    reply.raw.end();
    return;
  }
  const body = Buffer.concat(kept);
  tellUsage(to, readUsage(body));
  hearWhole(to.text, body, type);
  reply.code(status).type(type).send(body);
}
