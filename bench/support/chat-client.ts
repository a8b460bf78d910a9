import { Agent, type IncomingMessage, request } from 'node:http';
import { PROMPT, type TimedCall, type Timing } from './side.js';

interface ChatChunk {
  readonly choices: readonly { readonly delta?: { readonly content?: string } }[];
  readonly usage?: { readonly completion_tokens: number } | null;
}

/**
 * A client of one model over one kept-alive connection. It does the least that a client must, so that what is
 * measured is the gateway.
 */
export class ChatClient {
  readonly #url: string;
  readonly #alias: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string, alias: string) {
    this.#url = `${url}/v1/chat/completions`;
    this.#alias = alias;
  }

  async ask({ tokens, stream }: TimedCall): Promise<Timing> {
    const body = JSON.stringify({
      model: this.#alias,
      messages: [{ role: 'user', content: PROMPT }],
      max_tokens: tokens,
      temperature: 0,
      stream,
      ...(stream && { stream_options: { include_usage: true } }),
    });
    const startedAt = performance.now();
    const response = await this.#post(body);
    const { textMs, generated } = await (stream ? readStream : readWhole)(response, startedAt);
    const endMs = performance.now() - startedAt;
    if (generated !== tokens) throw new Error(`${tokens} tokens were asked for, ${generated} came`);
    return { tokens, textMs, endMs };
  }

  close(): void {
    this.#agent.destroy();
  }

  #post(body: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      request(this.#url, { method: 'POST', agent: this.#agent, headers }, resolve)
        .on('error', reject)
        .end(body);
    });
  }
}

interface Received {
  readonly textMs: number[];
  /** Tokens that the gateway counted. */
  readonly generated: number | undefined;
}

async function readStream(response: IncomingMessage, startedAt: number): Promise<Received> {
  const textMs: number[] = [];
  let generated: number | undefined;
  let rest = '';
  for await (const bytes of response.setEncoding('utf8')) {
    const atMs = performance.now() - startedAt;
    const frames = (rest + bytes).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const payload = frame.slice('data: '.length);
      if (payload === '[DONE]') continue;
      const { choices, usage } = JSON.parse(payload) as ChatChunk;
      if (choices[0]?.delta?.content) textMs.push(atMs);
      generated = usage?.completion_tokens ?? generated;
    }
  }
  return { textMs, generated };
}

async function readWhole(response: IncomingMessage, startedAt: number): Promise<Received> {
  let text = '';
  for await (const bytes of response.setEncoding('utf8')) text += bytes;
  const { usage } = JSON.parse(text) as ChatChunk;
  return { textMs: [performance.now() - startedAt], generated: usage?.completion_tokens };
}
