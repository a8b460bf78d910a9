import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../models/call-slots.js';
import type { Fleet } from '../../models/fleet.js';
import type { ModelHost } from '../../models/model-host.js';
import { streamCall } from '../../models/stream-call.js';
import { ApiError } from '../../protocol/errors.js';
import type { TranscribeEvent } from '../../protocol/events.js';
import type { Hops } from '../../remote/hops.js';
import { SENT } from '../answer-stream.js';
import type { CallerOf } from '../caller.js';
import { replyWithError } from '../error-reply.js';
import { resolveModel } from '../keys/permitted-models.js';
import { CALL } from '../operations/operations.js';
import { refuseWhileDownloading } from '../refuse-while-downloading.js';
import { findRouted } from '../remote/find-routed.js';
import { toFormBody } from '../remote/form-body.js';
import { type LocalAttempt, relay } from '../remote/relay.js';
import { MULTIPART_OPTIONS, notAForm, type UploadedFile, withUpload } from '../upload.js';
import { checkAudioFile } from './transcriptions-audio.js';
import { type TranscriptionParams, toTranscriptionParams } from './transcriptions-request.js';

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
  hops: Hops,
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

      /** Answers by a model of this gateway. */
      async function answer(
        host: ModelHost,
        file: UploadedFile,
        params: TranscriptionParams,
        own: Caller,
        abort: AbortController,
      ) {
        if (params.ignored.length > 0) {
          request.log.warn({ parameters: params.ignored }, 'parameters ignored');
        }
        await checkAudioFile(file.path);
        refuseWhileDownloading(host, reply, abort);
        if (params.keepAliveMs !== undefined) host.keepAlive(params.keepAliveMs);
        const call = streamCall<'transcribe'>(
          host,
          {
            kind: 'transcribe',
            request: { path: file.path, ...(params.prompt && { prompt: params.prompt }) },
          },
          own,
        );
        request.record?.text?.asked(params.prompt ?? '');
        const text = await collect(call);
        request.record?.text?.answered(text);
        return { format: params.format, text };
      }

      const answered = await withUpload(request, upload, async ({ fields, entries, file }) => {
        if (file === undefined) {
          throw new ApiError(
            'missing_file',
            "'file' is required: send the recording as a file of the form.",
            {
              param: 'file',
            },
          );
        }
        const routed = findRouted(request, fleet, fields.model || undefined, 'transcription');
        if (routed) {
          const body = await toFormBody(entries, upload.field, file);
          request.record?.text?.asked(fields.prompt ?? '');
          const local = async (host: ModelHost, own: LocalAttempt) =>
            answer(host, file, toTranscriptionParams(fields), own.caller, own.abort);
          const asked = {
            kind: 'transcribe',
            path: '/audio/transcriptions',
            isStream: false,
            body,
            local,
          } as const;
          return relay(routed, asked, { request, reply, caller, hops });
        }
        const params = toTranscriptionParams(fields);
        const host = resolveModel(request, fleet, params.model, 'transcription');
        return answer(host, file, params, caller, abort);
      });
      if (answered === SENT) return reply;
      const { format, text } = answered;
      if (format === 'json') return { text };
      return reply.type('text/plain; charset=utf-8').send(text);
    });
  });
}

async function collect(call: AsyncIterable<TranscribeEvent[]>): Promise<string> {
  for await (const [event] of call) if (event) return event.text;
  throw new Error('a call ended without its end');
}
