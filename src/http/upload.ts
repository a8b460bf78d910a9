import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { FastifyRequest } from 'fastify';
import { ApiError } from '../protocol/errors.js';

/** Bytes that the fields and the frame of a form may have beside its file. */
const FORM_BYTES = 1024 * 1024;

/** A form with a file, which is on disk. */
export interface Upload {
  /** The text fields. Of one that came twice, the last. */
  readonly fields: Readonly<Record<string, string>>;
  /** All text fields, in their order. */
  readonly entries: readonly (readonly [name: string, value: string])[];
  /** `undefined` if the form had none. */
  readonly file: UploadedFile | undefined;
}

/** The file of a form. */
export interface UploadedFile {
  /** Absolute. */
  readonly path: string;
  /** As its sender calls it. */
  readonly name: string;
  /** As its sender declares it. */
  readonly type: string;
}

/** Where a form's file goes, and how large it may be. */
export interface UploadOptions {
  readonly folder: string;
  /** The name of the file's field. */
  readonly field: string;
  /** With its dot; whatever the client calls its file. */
  readonly extension: string;
  readonly maxBytes: number;
}

/** For `@fastify/multipart`: a file that is too large says so at once. By default it would fail after the whole form. */
export const MULTIPART_OPTIONS = { throwFileSizeLimit: false };

/**
 * Reads a multipart form, in whatever order its parts come, and lends it to `use`. The file is streamed to disk and
 * removed when `use` has settled, or when reading fails.
 *
 * @throws {ApiError} if the form can't be read or the file is too large.
 */
export async function withUpload<Result>(
  request: FastifyRequest,
  options: UploadOptions,
  use: (upload: Upload) => Promise<Result>,
): Promise<Result> {
  const path = join(options.folder, randomUUID() + options.extension);
  try {
    return await use(await readForm(request, options, path));
  } finally {
    await rm(path, { force: true });
  }
}

async function readForm(request: FastifyRequest, options: UploadOptions, path: string): Promise<Upload> {
  if (!request.isMultipart()) throw notAForm();
  // Said at once to a client that tells the length before it sends anything.
  if (Number(request.headers['content-length']) > options.maxBytes + FORM_BYTES) throw tooLarge(options);
  const entries: [string, string][] = [];
  let uploaded: UploadedFile | undefined;
  try {
    const limits = { fileSize: options.maxBytes, files: 1, fields: 100, fieldSize: FORM_BYTES };
    for await (const part of request.parts({ limits })) {
      if (part.type === 'field') {
        entries.push([part.fieldname, String(part.value)]);
      } else if (part.fieldname !== options.field) {
        throw new ApiError(
          'invalid_value',
          `The form has a file in '${part.fieldname}'; send it in '${options.field}'.`,
          { param: part.fieldname },
        );
      } else {
        const { file } = part;
        // The parser would let the file end only with its part, which may go on for ever.
        const stop = (): unknown => file.destroy(tooLarge(options));
        if (file.truncated) stop();
        else file.once('limit', stop);
        await pipeline(file, createWriteStream(path, { mode: 0o600 }));
        uploaded = { path, name: part.filename, type: part.mimetype };
      }
    }
  } catch (error) {
    // The parser would stop at a part that nobody reads, and the client never get to the reply. The rest is drained.
    request.raw.unpipe();
    throw toFormError(error);
  }
  return { fields: Object.fromEntries(entries), entries, file: uploaded };
}

/** The parser's own errors have a code of Fastify's or none; those of the disk and of the connection have Node's. */
function toFormError(error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof ApiError || (code !== undefined && !code.startsWith('FST_'))) return error;
  if (code === 'FST_MP_PREMATURE_CLOSE') {
    return new ApiError('client_closed_request', 'The client hung up before it had sent its file.');
  }
  return new ApiError('invalid_request', `The multipart form can't be read: ${message}.`);
}

export function notAForm(): ApiError {
  return new ApiError(
    'unsupported_media_type',
    "Send a form with the file, as 'Content-Type: multipart/form-data' with its boundary.",
  );
}

function tooLarge({ field, maxBytes }: UploadOptions): ApiError {
  return new ApiError('request_too_large', `The file is larger than ${maxBytes / 1024 / 1024} MB.`, {
    param: field,
  });
}
