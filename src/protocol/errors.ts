/**
 * The one table of errors. A code is stable API: clients and tests may depend on it, messages may change.
 * Codes that the official QVAC server has keep their names.
 */

/** What a client sees of an error class: HTTP status, OpenAI's `type`, and whether the same call may succeed later. */
interface ErrorClass {
  readonly status: number;
  readonly type: 'invalid_request_error' | 'authentication_error' | 'rate_limit_error' | 'server_error';
  readonly retryable: boolean;
}

const rejected = (status: number): ErrorClass => ({
  status,
  type: 'invalid_request_error',
  retryable: false,
});
const unavailable: ErrorClass = { status: 503, type: 'server_error', retryable: true };

export const ERRORS = {
  // The request itself is wrong: sending it again changes nothing.
  invalid_request: rejected(400),
  invalid_config: rejected(400),
  invalid_json: rejected(400),
  invalid_type: rejected(400),
  invalid_value: rejected(400),
  missing_model: rejected(400),
  missing_messages: rejected(400),
  missing_input: rejected(400),
  missing_file: rejected(400),
  invalid_model_type: rejected(400),
  context_length_exceeded: rejected(400),
  invalid_response_format: rejected(400),
  unsupported_response_format: rejected(400),
  invalid_audio: rejected(400),
  invalid_tool_choice: rejected(400),
  tools_not_enabled: rejected(400),
  unsupported_image_content: rejected(400),
  invalid_api_key: { status: 401, type: 'authentication_error', retryable: false },
  forbidden_host: rejected(403),
  forbidden_origin: rejected(403),
  model_not_allowed: rejected(403),
  operation_not_allowed: rejected(403),
  not_found: rejected(404),
  call_not_found: rejected(404),
  model_not_found: rejected(404),
  method_not_allowed: rejected(405),
  request_too_large: rejected(413),
  unsupported_media_type: rejected(415),
  client_closed_request: rejected(499), // nobody reads it but the log
  // The request is fine; this server can't serve it now.
  rate_limit_exceeded: { status: 429, type: 'rate_limit_error', retryable: true },
  queue_full: { status: 429, type: 'rate_limit_error', retryable: true },
  too_many_event_streams: { status: 429, type: 'rate_limit_error', retryable: true },
  call_cancelled: { status: 503, type: 'server_error', retryable: false },
  deadline_exceeded: { status: 504, type: 'server_error', retryable: false },
  engine_error: { status: 500, type: 'server_error', retryable: false },
  internal_error: { status: 500, type: 'server_error', retryable: false },
  reload_failed: { status: 500, type: 'server_error', retryable: false },
  model_load_failed: { status: 500, type: 'server_error', retryable: false },
  checksum_mismatch: { status: 500, type: 'server_error', retryable: false },
  model_too_large: { status: 503, type: 'server_error', retryable: false },
  disk_full: { status: 503, type: 'server_error', retryable: false },
  engine_unavailable: { status: 503, type: 'server_error', retryable: false },
  remote_error: { status: 502, type: 'server_error', retryable: false },
  remote_unavailable: unavailable,
  remote_timeout: { status: 504, type: 'server_error', retryable: true },
  loop_detected: { status: 508, type: 'server_error', retryable: false },
  insufficient_memory: unavailable,
  model_unloaded: unavailable,
  model_moved: unavailable,
  model_load_timeout: unavailable,
  download_failed: unavailable,
  model_loading: unavailable,
  model_quarantined: unavailable,
  worker_crashed: unavailable,
  worker_hung: unavailable,
  shutting_down: unavailable,
  not_ready: unavailable,
} as const satisfies Record<string, ErrorClass>;

export type ErrorCode = keyof typeof ERRORS;

/** An error as plain data: piscina and `postMessage` drop `code` and `name` of an `Error`. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly param?: string;
}

interface ApiErrorOptions {
  readonly param?: string;
  readonly retryAfterSeconds?: number;
  readonly remote?: string;
  readonly cause?: unknown;
}

/**
 * An error that a client may see. `message` names the thing and says what to do; `param` is the path of the
 * request's field at fault. Anything else that is thrown is a bug, answered as `internal_error`.
 */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly param: string | undefined;
  /** Seconds after which the same call may succeed, where that is known. */
  readonly retryAfterSeconds: number | undefined;
  /** The other server that it is about, if it is not about this one. */
  readonly remote: string | undefined;

  constructor(code: ErrorCode, message: string, options: ApiErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'ApiError';
    this.code = code;
    this.param = options.param;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.remote = options.remote;
  }

  static from({ code, message, param }: ErrorData): ApiError {
    return new ApiError(code, message, param === undefined ? {} : { param });
  }
}
