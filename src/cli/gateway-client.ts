import { resolve } from 'node:path';
import { readKeyFile } from '../config/key-file.js';
import { CommandError } from './command-error.js';
import { EXIT } from './exit-codes.js';

/** Where a running gateway is, and how to be let in. */
export interface ClientOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly apiKeyFile?: string;
}

/** What undici says when an answer takes longer than its five minutes. A load may. */
const NO_ANSWER_YET = 'UND_ERR_HEADERS_TIMEOUT';

/**
 * Asks a running gateway. Only for requests that may be sent again: one whose answer takes very long is.
 *
 * @param path with its leading slash.
 * @throws {CommandError} also with what the gateway refused it for.
 * @throws {ConfigError} if the key file can't be used.
 */
export async function askGateway<Reply>(
  options: ClientOptions,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
): Promise<Reply> {
  const key = await readKey(options);
  const headers = key === undefined ? {} : { authorization: `Bearer ${key}` };
  while (true) {
    try {
      return await toReply<Reply>(await fetch(options.url + path, { method, headers }), options.url);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
      if (code !== NO_ANSWER_YET) throw noGateway(options.url, code);
    }
  }
}

/** An alias as part of a path. Its slashes stay. */
export function toPath(alias: string): string {
  return alias.split('/').map(encodeURIComponent).join('/');
}

async function readKey({ apiKeyFile }: ClientOptions): Promise<string | undefined> {
  if (apiKeyFile === undefined) return process.env.QVAC_API_KEY || undefined;
  return (await readKeyFile(resolve(apiKeyFile))).keys[0]?.key;
}

async function toReply<Reply>(response: Response, url: string): Promise<Reply> {
  const text = await response.text();
  const body = parse(text) as { error?: { code?: unknown; message?: unknown } } | undefined;
  if (response.ok && body) return body as Reply;
  const { code, message } = body?.error ?? {};
  if (typeof code !== 'string' || typeof message !== 'string' || code === 'not_found') {
    throw new CommandError(
      `error: what answers at ${url} is no gateway of this version (status ${response.status}). Say with --url where it is.`,
      EXIT.noGateway,
    );
  }
  const advice =
    code === 'invalid_api_key' ? ' This command takes it from --api-key-file or QVAC_API_KEY.' : '';
  throw new CommandError(`error: ${message}${advice} (${code})`, EXIT.failure);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function noGateway(url: string, code: string | undefined): CommandError {
  return new CommandError(
    `error: no gateway answers at ${url}${code === undefined ? '' : ` (${code})`}. Start one with 'qvac serve openai', or say with --url where it is.`,
    EXIT.noGateway,
  );
}
