import { z } from 'zod';
import type { ZodOpenApiResponsesObject } from 'zod-openapi';
import { ERRORS, type ErrorCode } from '../../protocol/errors.js';
import { errorSchema } from '../error-schema.js';

/** What any request may be answered with. */
const GENERAL: readonly ErrorCode[] = [
  'invalid_request',
  'forbidden_host',
  'forbidden_origin',
  'method_not_allowed',
  'loop_detected',
  'internal_error',
];

/** If the server has keys. */
const WITH_KEY: readonly ErrorCode[] = [...GENERAL, 'invalid_api_key'];

/** What a load may end with. */
export const LOAD_ERRORS: readonly ErrorCode[] = [
  'model_not_found',
  'model_not_allowed',
  'model_load_failed',
  'model_load_timeout',
  'checksum_mismatch',
  'disk_full',
  'download_failed',
  'model_quarantined',
  'insufficient_memory',
  'model_too_large',
  'model_unloaded',
  'model_moved',
  'engine_unavailable',
  'shutting_down',
  'call_cancelled',
  'deadline_exceeded',
];

/** What every request for an answer of a model may be answered with. */
export const CALL_ERRORS: readonly ErrorCode[] = [
  ...LOAD_ERRORS,
  'model_loading',
  'invalid_type',
  'invalid_value',
  'missing_model',
  'invalid_model_type',
  'unsupported_media_type',
  'request_too_large',
  'rate_limit_exceeded',
  'queue_full',
  'engine_error',
  'worker_crashed',
  'worker_hung',
  'remote_error',
  'remote_unavailable',
  'remote_timeout',
];

const requestId = z.string().meta({ description: 'That of the request, if it had a fit one.' });

const retryAfter = z.string().meta({ description: 'Seconds.' });
const shouldRetry = z.enum(['true', 'false']).meta({ description: 'Whether the same may succeed later.' });

const HEADERS_BY_STATUS: Readonly<Record<number, Record<string, z.ZodType>>> = {
  401: { 'www-authenticate': z.literal('Bearer') },
  405: { allow: z.string().meta({ description: 'The methods that there are.' }) },
  429: { 'retry-after': retryAfter },
  500: { 'x-should-retry': shouldRetry },
  503: { 'retry-after': retryAfter.optional(), 'x-should-retry': shouldRetry },
  502: { 'x-should-retry': shouldRetry },
  504: { 'retry-after': retryAfter.optional(), 'x-should-retry': shouldRetry },
  508: { 'x-should-retry': shouldRetry },
};

/** The headers that tell how a key with `requestsPerMinute` stands. */
const rateHeaders = {
  'x-ratelimit-limit-requests': z.string().optional(),
  'x-ratelimit-remaining-requests': z.string().optional(),
  'x-ratelimit-reset-requests': z.string().optional().meta({ description: 'As `12s`.' }),
};

/** Content of a good reply, by its type. */
type Content = Readonly<Record<string, { readonly schema: z.ZodType }>>;

interface Reply {
  readonly description: string;
  readonly content: Content;
  readonly errors?: readonly ErrorCode[];
  /** It is answered without a key. */
  readonly isOpen?: boolean;
  /** It counts for the limits of keys. */
  readonly isCall?: boolean;
}

/** The `responses` of an operation: the good one, and each status that it may refuse with, with the codes of that. */
export function toResponses(reply: Reply): ZodOpenApiResponsesObject {
  const { description, content, errors = [], isOpen = false, isCall = false } = reply;
  const good = {
    description,
    headers: z.object({ 'x-request-id': requestId, ...(isCall && rateHeaders) }),
    content,
  };
  const codesByStatus: Record<number, ErrorCode[]> = {};
  for (const code of [...(isOpen ? GENERAL : WITH_KEY), ...errors]) {
    const { status } = ERRORS[code];
    codesByStatus[status] = [...(codesByStatus[status] ?? []), code];
  }
  const refusals = Object.entries(codesByStatus).map(([status, codes]) => [
    status,
    {
      description: codes.map((code) => `\`${code}\``).join(', '),
      headers: z.object({ 'x-request-id': requestId, ...HEADERS_BY_STATUS[Number(status)] }),
      content: { 'application/json': { schema: errorSchema } },
    },
  ]);
  return { '200': good, ...Object.fromEntries(refusals) };
}
