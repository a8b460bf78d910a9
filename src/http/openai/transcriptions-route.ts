import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../models/call-slots.js';
import type { Fleet } from '../../models/fleet.js';
import type { ModelHost } from '../../models/model-host.js';
import { streamCall } from '../../models/stream-call.js';
import { ApiError } from '../../protocol/errors.js';
import type { TranscribeEvent } from '../../protocol/events.js';
import type { Hops } from '../../remote/hops.js';
import { type AnswerStream, SENT, withAnswerStream } from '../answer-stream.js';
import type { CallerOf } from '../caller.js';
import { replyWithError } from '../error-reply.js';
import { resolveModel } from '../keys/permitted-models.js';
import { CALL } from '../operations/operations.js';
import { refuseWhileDownloading } from '../refuse-while-downloading.js';
import { findRouted } from '../remote/find-routed.js';
import { toFormBody } from '../remote/form-body.js';
import { type LocalAttempt, relay } from '../remote/relay.js';
import { MULTIPART_OPTIONS, notAForm, type UploadedFile, withUpload } from '../upload.js';
import { transcriptFrames } from './transcript-frames.js';
import { checkAudioFile } from './transcriptions-audio.js';
import { asksForStream, type TranscriptionParams, toTranscriptionParams } from './transcriptions-request.js';

const MAX_FILE_BYTES = 25 * 1024 * 1024;

/** A request that is answered here. */
interface TranscriptionExchange {
  readonly file: UploadedFile;
  readonly params: TranscriptionParams;
  readonly caller: Caller;
  /** Aborts the caller's signal. */
  readonly abort: AbortController;
  readonly stream: AnswerStream;
  /** Whether that is wanted. */
  readonly isStream: boolean;
}

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
      async function answer(host: ModelHost, exchange: TranscriptionExchange) {
        const { file, params, stream, isStream } = exchange;
        if (params.ignored.length > 0) {
          request.log.warn({ parameters: params.ignored }, 'parameters ignored');
        }
        await checkAudioFile(file.path);
        if (!isStream) refuseWhileDownloading(host, reply, exchange.abort);
        if (params.keepAliveMs !== undefined) host.keepAlive(params.keepAliveMs);
        const call = streamCall<'transcribe'>(
          host,
          {
            kind: 'transcribe',
            request: { path: file.path, ...(params.prompt && { prompt: params.prompt }) },
          },
          exchange.caller,
        );
        request.record?.text?.asked(params.prompt ?? '');
        const text = await collect(call);
        request.record?.text?.answered(text);
        if (!isStream) return { format: params.format, text };
        stream.end(transcriptFrames(text));
        return SENT;
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
        const isStream = asksForStream(fields);
        const routed = findRouted(request, fleet, fields.model || undefined, 'transcription');
        if (routed) {
          const body = await toFormBody(entries, upload.field, file);
          request.record?.text?.asked(fields.prompt ?? '');
          const local = async (host: ModelHost, own: LocalAttempt) =>
            answer(host, { file, params: toTranscriptionParams(fields), ...own, isStream });
          const asked = {
            kind: 'transcribe',
            path: '/audio/transcriptions',
            isStream,
            body,
            local,
          } as const;
          return relay(routed, asked, { request, reply, caller, hops });
        }
        const params = toTranscriptionParams(fields);
        const host = resolveModel(request, fleet, params.model, 'transcription');
        return withAnswerStream(reply, isStream, (stream) =>
          answer(host, { file, params, caller, abort, stream, isStream }),
        );
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
