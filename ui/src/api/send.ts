import { apiKey, isKeyRefused } from './api-key.js';

/** Where the API begins: a proxy may serve the gateway under a path. */
const BASE = location.pathname.replace(/\/ui\/?$/, '');

/** What the gateway refused a request with, by the code of its envelope. `unreachable` if there was no answer. */
export class ApiFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

interface Sent {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** Becomes JSON. */
  readonly body?: unknown;
  readonly signal: AbortSignal;
}

/**
 * Asks the gateway.
 *
 * @throws {ApiFailure} what it refuses, or that it does not answer; or the signal's reason.
 */
export async function send(path: string, { method = 'GET', body, signal }: Sent): Promise<Response> {
  const key = apiKey.value;
  const headers = {
    ...(key !== '' && { authorization: `Bearer ${key}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const json = body === undefined ? null : JSON.stringify(body);
  let response: Response;
  try {
    response = await fetch(BASE + path, { method, headers, body: json, signal, cache: 'no-store' });
  } catch {
    signal.throwIfAborted();
    throw new ApiFailure('unreachable', 'The gateway does not answer.');
  }
  if (response.ok) return response;
  // An answer to an older key says nothing of the one that is there now.
  if (response.status === 401 && key === apiKey.value) isKeyRefused.value = true;
  throw await toFailure(response);
}

async function toFailure(response: Response): Promise<ApiFailure> {
  const { error } = (await response.json().catch(() => ({}))) as {
    error?: { code?: string; message?: string };
  };
  const { status } = response;
  return new ApiFailure(error?.code ?? `http_${status}`, error?.message ?? `The gateway answered ${status}.`);
}
