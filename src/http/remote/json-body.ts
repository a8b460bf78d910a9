import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { ApiError, type ErrorCode } from '../../protocol/errors.js';
import { withModel } from '../../remote/model-rewriter.js';
import type { RelayedBody } from './relay-to-remote.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** A JSON body as it was sent. What is parsed has lost long numbers. */
    jsonText?: string;
  }
}

/**
 * The body of a request as it was sent, but for `model`: what it holds is for the remote to judge.
 *
 * @param required a field that must be there, with the code that says so.
 * @throws {ApiError} that code, or `invalid_type` if it is no object.
 */
export function toJsonBody(
  { body, jsonText }: FastifyRequest,
  [field, code]: readonly [field: string, code: ErrorCode],
): (model: string) => RelayedBody {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || jsonText === undefined) {
    throw new ApiError('invalid_type', 'The request body must be a JSON object.');
  }
  if ((body as Record<string, unknown>)[field] == null) {
    throw new ApiError(code, `'${field}' is required and must not be empty.`, { param: field });
  }
  const sent = Buffer.from(jsonText);
  return (model) => {
    const bytes = withModel(sent, model);
    return { contentType: 'application/json', bytes: bytes.length, open: () => Readable.from([bytes]) };
  };
}
