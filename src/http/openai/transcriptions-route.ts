import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { Fleet } from '../../models/fleet.js';
import { streamCall } from '../../models/stream-call.js';
import { ApiError } from '../../protocol/errors.js';
import type { TranscribeEvent } from '../../protocol/events.js';
import type { CallerOf } from '../caller.js';
import { replyWithError } from '../error-reply.js';
import { resolveModel } from '../keys/permitted-models.js';
import { CALL } from '../operations/operations.js';
import { refuseWhileDownloading } from '../refuse-while-downloading.js';
import { MULTIPART_OPTIONS, notAForm, withUpload } from '../upload.js';
import { checkAudioFile } from './transcriptions-audio.js';
import { toTranscriptionParams } from './transcriptions-request.js';

const MAX_FILE_BYTES = 25 * 1024 * 1024;

/**
 * `POST /v1/audio/transcriptions`.
 *
 * @param uploadFolder absolute path of a folder that ends with this run.
 */
export function transcriptionsRoute(
  app: FastifyInstance,
  fleet: Fleet,
  callerOf: CallerOf,
  uploadFolder: string,
): void {
  const upload = {
    folder: uploadFolder,
    field: 'file',
    // The SDK decodes a file if it has one of six extensions, which this is, and takes any other for bare samples.
    // Which format it has, FFmpeg sees in its content.
    extension: '.wav',
    maxBytes: MAX_FILE_BYTES,
  };

  // In a scope of its own: elsewhere a form is an unsupported media type.
  app.register(async (scope) => {
    scope.register(multipart, MULTIPART_OPTIONS);
    scope.setErrorHandler((error: { code?: string }, request, reply) =>
      replyWithError(error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' ? notAForm() : error, request, reply),
    );
    scope.post('/v1/audio/transcriptions', CALL, async (request, reply) => {
      const abort = new AbortController();
      const caller = callerOf(request, reply, abort);
      const { format, text } = await withUpload(request, upload, async ({ fields, path }) => {
        if (path === undefined) {
          throw new ApiError(
            'missing_file',
            "'file' is required: send the recording as a file of the form.",
            {
              param: 'file',
            },
          );
        }
        const params = toTranscriptionParams(fields);
        if (params.ignored.length > 0) {
          request.log.warn({ parameters: params.ignored }, 'parameters ignored');
        }
        const host = resolveModel(request, fleet, params.model, 'transcription');
        await checkAudioFile(path);
        refuseWhileDownloading(host, reply, abort);
        if (params.keepAliveMs !== undefined) host.keepAlive(params.keepAliveMs);
        const call = streamCall<'transcribe'>(
          host,
          { kind: 'transcribe', request: { path, ...(params.prompt && { prompt: params.prompt }) } },
          caller,
        );
        request.record?.text?.asked(params.prompt ?? '');
        const text = await collect(call);
        request.record?.text?.answered(text);
        return { format: params.format, text };
      });
      if (format === 'json') return { text };
      return reply.type('text/plain; charset=utf-8').send(text);
    });
  });
}

async function collect(call: AsyncIterable<TranscribeEvent[]>): Promise<string> {
  for await (const [event] of call) if (event) return event.text;
  throw new Error('a call ended without its end');
}
