import { Agent, type IncomingMessage, request } from 'node:http';
import { PROMPT, type TimedCall, type Timing } from './side.js';

/** How long a call may take, so that no run hangs. */
const TIMEOUT_MS = 120_000;

/** One message of a conversation. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** A reply that ended by itself. */
export interface TimedReply extends Timing {
  readonly text: string;
  /** Tokens of the prompt, and those of them that the engine had kept. */
  readonly promptTokens: number;
  readonly cachedTokens: number;
}

interface ChatUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly prompt_tokens_details?: { readonly cached_tokens?: number };
}

interface ChatChunk {
  readonly choices: readonly { readonly delta?: { readonly content?: string } }[];
  readonly usage?: ChatUsage | null;
}

/**
 * A client of one model over one kept-alive connection. It does the least that a client must, so that what is
 * measured is the server.
 */
export class ChatClient {
  readonly #url: string;
  readonly #alias: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string, alias: string) {
    this.#url = `${url}/v1/chat/completions`;
    this.#alias = alias;
  }

  /** Asks for so many tokens. Throws if another number came. */
  async ask({ tokens, stream }: TimedCall): Promise<Timing> {
    const { textMs, endMs, usage } = await this.#time([{ role: 'user', content: PROMPT }], stream, tokens);
    if (usage?.completion_tokens !== tokens) {
      throw new Error(`${tokens} tokens were asked for, ${usage?.completion_tokens} came`);
    }
    return { tokens, textMs, endMs };
  }

  /** Streams the reply to a conversation, until the model ends it. */
  async say(messages: readonly Message[]): Promise<TimedReply> {
    const { textMs, endMs, text, usage } = await this.#time(messages, true);
    if (!usage) throw new Error('a stream ended without its counts');
    return {
      text,
      textMs,
      endMs,
      tokens: usage.completion_tokens,
      promptTokens: usage.prompt_tokens,
      cachedTokens: usage.prompt_tokens_details?.cached_tokens ?? 0,
    };
  }

  close(): void {
    this.#agent.destroy();
  }

  async #time(messages: readonly Message[], stream: boolean, tokens?: number) {
    const body = JSON.stringify({
      model: this.#alias,
      messages,
      ...(tokens !== undefined && { max_tokens: tokens }),
      temperature: 0,
      stream,
      ...(stream && { stream_options: { include_usage: true } }),
    });
    const startedAt = performance.now();
    const response = await this.#post(body);
    const received = await (stream ? readStream : readWhole)(response, startedAt);
    return { ...received, endMs: performance.now() - startedAt };
  }

  #post(body: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      request(this.#url, { method: 'POST', agent: this.#agent, headers, signal }, resolve)
        .on('error', reject)
        .end(body);
    });
  }
}

interface Received {
  readonly textMs: number[];
  readonly text: string;
  /** What the server counted. */
  readonly usage: ChatUsage | undefined;
}

async function readStream(response: IncomingMessage, startedAt: number): Promise<Received> {
  const textMs: number[] = [];
  let text = '';
  let usage: ChatUsage | undefined;
  let rest = '';
  for await (const bytes of response.setEncoding('utf8')) {
    const atMs = performance.now() - startedAt;
    const frames = (rest + bytes).split('\n\n');
    rest = frames.pop() ?? '';
    for (const frame of frames) {
      const payload = frame.slice('data: '.length);
      if (payload === '[DONE]') continue;
      const chunk = JSON.parse(payload) as ChatChunk;
      const content = chunk.choices[0]?.delta?.content;
      if (content) {
        textMs.push(atMs);
        text += content;
      }
      usage = chunk.usage ?? usage;
    }
  }
  return { textMs, text, usage };
}

async function readWhole(response: IncomingMessage, startedAt: number): Promise<Received> {
  let text = '';
  for await (const bytes of response.setEncoding('utf8')) text += bytes;
  const { usage } = JSON.parse(text) as ChatChunk;
  return { textMs: [performance.now() - startedAt], text, usage: usage ?? undefined };
}
