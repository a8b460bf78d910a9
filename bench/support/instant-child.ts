/**
 * A server whose models cost nothing, on a free port, which it tells by IPC: what stands before it is seen without an engine
 * that takes the cores. `model-0` writes its tokens together, `model-1` one by one.
 */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { ServerStart } from './child-server.js';

/** As long as a real small model takes for a token. */
const TOKEN_MS = 3;

const MODELS = ['model-0', 'model-1'];

interface Asked {
  readonly model: string;
  readonly max_tokens: number;
}

const server = createServer(async (request, reply) => {
  if (request.method === 'GET') {
    reply.setHeader('content-type', 'application/json');
    reply.end(JSON.stringify({ object: 'list', data: MODELS.map((id) => ({ id, object: 'model' })) }));
    return;
  }
  let body = '';
  for await (const part of request.setEncoding('utf8')) body += part;
  await answer(JSON.parse(body) as Asked, reply);
});

async function answer({ model, max_tokens: tokens }: Asked, reply: ServerResponse): Promise<void> {
  reply.writeHead(200, { 'content-type': 'text/event-stream' });
  const frame = (chunk: object): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model, ...chunk })}\n\n`;
  for (let token = 0; token < tokens; token += 1) {
    if (token > 0 && model === MODELS[1]) await delay(TOKEN_MS);
    reply.write(frame({ choices: [{ index: 0, delta: { content: ` ${token}` }, finish_reason: null }] }));
  }
  const usage = { prompt_tokens: 1, completion_tokens: tokens, total_tokens: tokens + 1 };
  reply.end(`${frame({ choices: [], usage })}data: [DONE]\n\n`);
}

server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.({ url: `http://127.0.0.1:${port}` } satisfies ServerStart);
});
process.on('disconnect', () => process.exit());
