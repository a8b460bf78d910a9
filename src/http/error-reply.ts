import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, ERRORS, type ErrorCode } from '../protocol/errors.js';

/** OpenAI's error envelope. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: ErrorCode;
    readonly param: string | null;
    /** The other server that it is about, if it is not about this one. */
    readonly remote?: string;
  };
}

/** Seconds after which a client may try again, where nothing better is known. */
const RETRY_AFTER_SECONDS = 1;

/** The body of an error reply, and of an `error` frame in a stream. */
export function toErrorBody(error: ApiError): ErrorBody {
  const { type } = ERRORS[error.code];
  const { message, code, param = null, remote } = error;
  return { error: { message, type, code, param, ...(remote !== undefined && { remote }) } };
}

/** Whatever was thrown, as what a client may see of it. Of a bug it sees nothing but that there was one. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const code = (error as Partial<FastifyError> | null)?.code;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new ApiError('request_too_large', 'The request body is too large.');
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new ApiError(
        'unsupported_media_type',
        "Send the body as JSON, with 'Content-Type: application/json'.",
      );
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new ApiError('invalid_json', 'The request body is not valid JSON.');
    case 'ECONNRESET': // while the body was read
      return new ApiError('client_closed_request', 'The client hung up before it had sent its request.');
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new ApiError('invalid_request', (error as Error).message);
    default:
      return new ApiError('internal_error', 'The server failed to answer. Its log says why.', {
        cause: error,
      });
  }
}

/** As {@link toApiError}; the request's line in the log tells its code, and a bug has a line of its own. */
export function toLoggedApiError(error: unknown, { log, record }: FastifyRequest): ApiError {
  const apiError = toApiError(error);
  if (record) record.error = apiError.code;
  if (apiError.code === 'internal_error') log.error({ err: apiError.cause }, 'request failed');
  return apiError;
}

/** The one place that writes an error reply. */
export function replyWithError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const apiError = toLoggedApiError(error, request);
  const { status, retryable } = ERRORS[apiError.code];
  // Fastify would close the connection while the client still sends, who then sees a broken pipe and not the reply.
  // Left open, the rest is drained.
  if (apiError.code === 'request_too_large') reply.removeHeader('connection');
  reply.code(status);
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  if (retryable) reply.header('retry-after', apiError.retryAfterSeconds ?? RETRY_AFTER_SECONDS);
  // Clients retry every 5xx by themselves: one that would fail again is not worth it.
  if (status >= 500) reply.header('x-should-retry', String(retryable));
  return reply.send(toErrorBody(apiError));
}
