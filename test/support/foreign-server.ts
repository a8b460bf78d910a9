import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';

/** A request as it came. */
interface ForeignRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Headers as they were written, names and values in turn. */
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
  /** Resolves when the connection or the answer has ended. */
  readonly closed: Promise<void>;
}

/** Answers a request for a model, however it likes. */
export type ForeignAnswer = (
  response: ServerResponse,
  request: ForeignRequest & { readonly raw: IncomingMessage },
) => void;

/** An OpenAI-shaped server that is none of ours, and writes as llama-server does: fields in the order of the alphabet. */
export interface ForeignServer {
  /** With `/v1`. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly ForeignRequest[];
  /** How often its models were asked for. */
  readonly looks: number;
  /** Resolves when they were asked for so often. */
  looked(times: number): Promise<void>;
  /** Names in `GET /v1/models`. A test may change them. */
  models: string[];
  /** How models answer, by name; others as {@link completion}. */
  readonly answers: Map<string, ForeignAnswer>;
  /** Resolves with the request number `index` when it has come. */
  request(index: number): Promise<ForeignRequest>;
  close(): Promise<void>;
}

/** What the server says of itself, which no client should see. */
export const FOREIGN_SECRET = 'foreign-secret';

/** Starts it on a port of its own, or on a given one. It is closed after the file's tests. */
export async function startForeignServer(models: readonly string[], port = 0): Promise<ForeignServer> {
  const requests: ForeignRequest[] = [];
  const answers = new Map<string, ForeignAnswer>();
  const waiters = new Set<() => void>();
  let looks = 0;
  const server = createServer(async (raw, response) => {
    response.setHeader('x-foreign', FOREIGN_SECRET);
    response.setHeader('set-cookie', `id=${FOREIGN_SECRET}`);
    if (raw.method === 'GET') {
      looks += 1;
      for (const wake of waiters) wake();
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ object: 'list', data: foreign.models.map((id) => ({ id, object: 'model' })) }),
      );
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of raw) parts.push(part as Buffer);
    const body = Buffer.concat(parts);
    const closed = once(response, 'close').then(() => {});
    const { url = '', headers, rawHeaders } = raw;
    const request = { url, headers, rawHeaders, body, closed };
    requests.push(request);
    for (const wake of waiters) wake();
    const model = modelOf(request);
    (answers.get(model) ?? completion)(response, { ...request, raw });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  const something = (): Promise<void> =>
    new Promise((resolve) => {
      waiters.add(resolve);
    });
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  after(close);

  const foreign: ForeignServer = {
    url: `http://127.0.0.1:${address.port}/v1`,
    port: address.port,
    requests,
    get looks() {
      return looks;
    },
    models: [...models],
    answers,
    async request(index) {
      while (requests.length <= index) await something();
      return requests[index] as ForeignRequest;
    },
    async looked(times) {
      while (looks < times) await something();
    },
    close,
  };
  return foreign;
}

function modelOf({ headers, body }: ForeignRequest): string {
  const text = body.toString('latin1');
  if (headers['content-type']?.startsWith('multipart/'))
    return /name="model"\r\n\r\n(.*?)\r\n/s.exec(text)?.[1] ?? '';
  return (JSON.parse(text) as { model: string }).model;
}

/** A frame of a stream as llama-server writes it: what matters comes first, `model` is a path. */
export function foreignFrame(delta: object, finishReason: string | null = null): string {
  return `data: ${JSON.stringify({
    choices: [{ delta, finish_reason: finishReason, index: 0 }],
    created: 1_790_000_000,
    id: 'chatcmpl-foreign',
    model: '/models/foreign.gguf',
    system_fingerprint: 'b1',
    object: 'chat.completion.chunk',
  })}\n\n`;
}

/** The answer of a server that is well, to any request. */
const completion: ForeignAnswer = (response, { url, body, headers }) => {
  if (url.endsWith('/embeddings')) {
    json(response, {
      data: [{ embedding: [0.5, 1], index: 0, object: 'embedding' }],
      model: '/models/e.gguf',
      object: 'list',
      usage: { prompt_tokens: 2, total_tokens: 2 },
    });
    return;
  }
  if (headers['content-type']?.startsWith('multipart/')) {
    json(response, { text: 'written down' });
    return;
  }
  const { stream } = JSON.parse(body.toString()) as { stream?: boolean };
  if (!stream) {
    json(response, {
      choices: [
        {
          finish_reason: 'stop',
          index: 0,
          message: { content: 'whole: {"model":"x"} €', role: 'assistant' },
        },
      ],
      created: 1_790_000_000,
      id: 'chatcmpl-foreign',
      model: '/models/foreign.gguf',
      object: 'chat.completion',
      timings: { predicted_ms: 1.5 },
      usage: { completion_tokens: 3, prompt_tokens: 5, total_tokens: 8 },
    });
    return;
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(foreignFrame({ content: null, role: 'assistant' }));
  response.write(`: ping - 2026\n\n${foreignFrame({ content: 'in parts: ' })}`);
  response.end(`${foreignFrame({ content: '€🙂' })}${foreignFrame({}, 'stop')}data: [DONE]\n\n`);
};

function json(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify(value));
}
