import { resolve } from 'node:path';
import { type Dispatcher, request } from 'undici';
import { API_KEY_ADVICE, API_KEY_FORM } from '../config/api-key-form.js';
import { readKeyFile } from '../config/key-file.js';
import { CommandError } from './command-error.js';
import { EXIT } from './exit-codes.js';
import { readSse } from './read-sse.js';

/** Where a running gateway is, and how to be let in. */
export interface ClientOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly apiKeyFile?: string;
}

/** What is sent along. */
interface Sent {
  /** As JSON. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** A gateway that is silent for longer, before its answer or in it, hangs. Without it, none is waited for too long. */
  readonly silenceMs?: number;
}

/** For answers that take milliseconds: while a gateway is started anew, seconds. */
export const SHORT_SILENCE_MS = 10_000;

/** A stream of the gateway has a comment every 15 s at least. A machine that slept has lost its connection. */
const STREAM_SILENCE_MS = 40_000;

type Method = 'GET' | 'POST' | 'DELETE';

/**
 * Asks a running gateway, and waits for its answer however long that takes: a load may.
 *
 * @param path with its leading slash.
 * @throws {CommandError} also with what the gateway refused it for.
 * @throws {ConfigError} if the key file can't be used.
 */
export async function askGateway<Reply>(
  options: ClientOptions,
  method: Method,
  path: string,
  sent: Sent = {},
): Promise<Reply> {
  const response = await send(options, method, path, sent);
  const text = await response.body.text().catch((error) => {
    throw brokenOff(options.url, error);
  });
  const body = parse(text);
  if (isFine(response) && body) return body as Reply;
  throw toRefusal(response.statusCode, body, options.url);
}

/**
 * Asks for a stream of server-sent events, and gives the data of each as it comes.
 *
 * @throws as {@link askGateway}, also if the stream breaks off; or the signal's reason.
 */
export async function* streamGateway(
  options: ClientOptions,
  method: Method,
  path: string,
  sent: Sent = {},
): AsyncGenerator<string, void> {
  const response = await send(options, method, path, { silenceMs: STREAM_SILENCE_MS, ...sent });
  try {
    const type = String(response.headers['content-type']);
    if (!isFine(response) || !type.startsWith('text/event-stream')) {
      throw toRefusal(response.statusCode, parse(await response.body.text()), options.url);
    }
    yield* readSse(response.body);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    sent.signal?.throwIfAborted();
    throw brokenOff(options.url, error);
  }
}

/** An alias as part of a path. Its slashes stay. */
export function toPath(alias: string): string {
  return alias.split('/').map(encodeURIComponent).join('/');
}

async function send(
  options: ClientOptions,
  method: Method,
  path: string,
  { body, signal, silenceMs = 0 }: Sent,
): Promise<Dispatcher.ResponseData> {
  const key = await readKey(options);
  try {
    return await request(options.url + path, {
      method,
      headers: {
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal: signal ?? null,
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
    });
  } catch (error) {
    signal?.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    throw code === 'UND_ERR_HEADERS_TIMEOUT' ? silent(options.url, silenceMs) : noGateway(options.url, code);
  }
}

async function readKey({ apiKeyFile }: ClientOptions): Promise<string | undefined> {
  if (apiKeyFile !== undefined) return (await readKeyFile(resolve(apiKeyFile))).keys[0]?.key;
  const key = process.env.QVAC_API_KEY || undefined;
  if (key === undefined || API_KEY_FORM.test(key)) return key;
  throw new CommandError(`error: QVAC_API_KEY ${API_KEY_ADVICE}.`, EXIT.failure);
}

function isFine({ statusCode }: Dispatcher.ResponseData): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toRefusal(status: number, body: unknown, url: string): CommandError {
  const { code, message } =
    (body as { error?: { code?: unknown; message?: unknown } } | undefined)?.error ?? {};
  if (typeof code !== 'string' || typeof message !== 'string' || code === 'not_found') {
    return new CommandError(
      `error: what answers at ${url} is no gateway of this version (status ${status}). Say with --url where it is.`,
      EXIT.noGateway,
    );
  }
  const advice =
    code === 'invalid_api_key' ? ' This command takes it from --api-key-file or QVAC_API_KEY.' : '';
  return new CommandError(`error: ${message}${advice} (${code})`, EXIT.failure, code);
}

function noGateway(url: string, code: string | undefined): CommandError {
  return new CommandError(
    `error: no gateway answers at ${url}${code === undefined ? '' : ` (${code})`}. Start one with 'qvac serve openai', or say with --url where it is.`,
    EXIT.noGateway,
  );
}

function silent(url: string, silenceMs: number): CommandError {
  return new CommandError(
    `error: what listens at ${url} has not answered for ${silenceMs / 1000} s: it hangs, or is no gateway.`,
    EXIT.noGateway,
  );
}

function brokenOff(url: string, error: unknown): CommandError {
  const { code } = error as NodeJS.ErrnoException;
  return new CommandError(
    `error: the gateway at ${url} broke off its answer${code === undefined ? '' : ` (${code})`}. Its log may say why.`,
    EXIT.noGateway,
  );
}
