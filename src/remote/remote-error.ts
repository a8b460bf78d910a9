import { ApiError, ERRORS, type ErrorCode } from '../protocol/errors.js';

/** What of a remote's answer says what went wrong. */
export interface RefusedReply {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The answer's body, or the beginning of it. */
  readonly text: string;
}

/** Codes that are about the gateway's own dealings with the remote; a client would take them for its own. */
const NOT_THE_CLIENTS: readonly ErrorCode[] = [
  'invalid_api_key',
  'forbidden_host',
  'forbidden_origin',
  'method_not_allowed',
  'client_closed_request',
  'internal_error',
  'shutting_down',
];

/** Of answers whose code says nothing, by status. */
const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_request',
  404: 'not_found',
  408: 'remote_timeout',
  409: 'remote_unavailable',
  413: 'request_too_large',
  415: 'unsupported_media_type',
  422: 'invalid_request',
  425: 'remote_unavailable',
  429: 'queue_full',
  502: 'remote_unavailable',
  503: 'remote_unavailable',
  504: 'remote_timeout',
  508: 'loop_detected',
};

/** Characters of what a remote says that are passed on, of each text. */
const TEXT_LIMIT = 2_000;

/** Who said it. */
export interface Sayer {
  /** As errors name it. */
  readonly name: string;
  /** What it says without what lets this gateway in there. */
  readonly hide: (text: string) => string;
}

/** An answer of a remote that is no success, as an error of ours that names it. */
export function fromRefusal(
  { name: remote, hide }: Sayer,
  { status, retryAfter, text }: RefusedReply,
): ApiError {
  if (status === 401 || status === 403 || status === 407) {
    return new ApiError(
      'remote_error',
      `Remote '${remote}' does not let this gateway in (${status}): 'apiKey' of its config entry is wrong, or missing.`,
      { remote },
    );
  }
  if (status < 400) {
    return new ApiError(
      'remote_error',
      `Remote '${remote}' answers with ${status}. Redirects are not followed: write the final address into the config.`,
      { remote },
    );
  }
  const said = parseError(text, hide);
  const code = knownCode(said.code, status) ?? BY_STATUS[status] ?? 'remote_error';
  const seconds = Number(retryAfter);
  return new ApiError(code, describe(remote, said.message, status), {
    remote,
    ...(said.param !== undefined && { param: said.param }),
    ...(Number.isFinite(seconds) && seconds > 0 && { retryAfterSeconds: Math.ceil(seconds) }),
  });
}

/** An error that came within a stream, as one of ours. */
export function fromErrorFrame({ name: remote, hide }: Sayer, json: string): ApiError {
  const said = parseError(json, hide);
  const code = knownCode(said.code) ?? 'remote_error';
  return new ApiError(code, describe(remote, said.message), {
    remote,
    ...(said.param !== undefined && { param: said.param }),
  });
}

/** The server can't be reached, or the connection broke. */
export function unreachable(remote: string, why: string, cause?: unknown): ApiError {
  return new ApiError('remote_unavailable', `Remote '${remote}' ${why}.`, { remote, cause });
}

/** It answers with something that is no answer of such a server. */
export function malformed(remote: string, how: string): ApiError {
  return new ApiError('remote_error', `Remote '${remote}' ${how}.`, { remote });
}

/** It took too long. */
export function timedOut(remote: string, what: string, timeoutMs: number): ApiError {
  return new ApiError('remote_timeout', `Remote '${remote}' ${what} within ${timeoutMs} ms.`, { remote });
}

/** What an error says of a remote, to be read after another word for it. */
export function reasonOf(remote: string, { message }: Error): string {
  return message.replace(`Remote '${remote}' `, '').replace(/\.$/, '');
}

/** Whether the same call may go well elsewhere. What is wrong with the request is wrong everywhere. */
export function isWorthAnotherTarget(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  if (error.code === 'call_cancelled' || error.code === 'deadline_exceeded') return false;
  const { status } = ERRORS[error.code];
  return status >= 500 || status === 429 || status === 404; // 404: it has no such model, or no longer
}

interface Said {
  readonly message: string | undefined;
  readonly code: unknown;
  readonly param: string | undefined;
}

/** OpenAI's envelope, and what others send: `{"error":"…"}`, `{"message":"…"}`, `{"detail":"…"}`, plain text. */
function parseError(text: string, hide: Sayer['hide']): Said {
  const toShown = (said: unknown): string | undefined =>
    typeof said === 'string' ? hide(said).trim().slice(0, TEXT_LIMIT) || undefined : undefined;
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return {
      message: text.trimStart().startsWith('<') ? undefined : toShown(text),
      code: undefined,
      param: undefined,
    };
  }
  const outer = isObject(body) ? body : {};
  const error = isObject(outer.error) ? outer.error : outer;
  const message = [error.message, outer.error, outer.detail].find((one) => typeof one === 'string');
  return { message: toShown(message), code: error.code, param: toShown(error.param) };
}

/** A code that means here what it means there. */
function knownCode(code: unknown, status?: number): ErrorCode | undefined {
  if (typeof code !== 'string' || !Object.hasOwn(ERRORS, code)) return undefined;
  const known = code as ErrorCode;
  if (NOT_THE_CLIENTS.includes(known)) return undefined;
  return status === undefined || ERRORS[known].status === status ? known : undefined;
}

function describe(remote: string, message: string | undefined, status?: number): string {
  return `Remote '${remote}'${status === undefined ? '' : ` (${status})`}: ${message ?? 'it gives no reason'}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
