import assert from 'node:assert/strict';
import { TransformStream } from 'node:stream/web';
import type { z } from 'zod';
import { ERRORS } from '../../src/protocol/errors.js';
import { createChatStreamCheck } from './chat-stream-check.js';
import {
  completionShape,
  deletedShape,
  embeddingsShapes,
  errorShape,
  modelShape,
  modelsShape,
  transcriptionShape,
} from './openai-shapes.js';
import { createTranscriptStreamCheck } from './transcript-stream-check.js';

/** What of a request says how its reply must look. */
interface Asked {
  readonly stream_options?: { readonly include_usage?: boolean };
  readonly n?: number | null;
  readonly encoding_format?: 'float' | 'base64' | null;
}

/**
 * `fetch` that holds every reply of the gateway against its shape: a blocking one before it is returned, a streamed one
 * while it is read, where what is wrong breaks off the stream.
 */
export async function checkedFetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const response = await fetch(input, init);
  assert.ok(response.headers.get('x-request-id'), 'a reply has a request id');
  const type = response.headers.get('content-type') ?? '';
  if (type === 'text/event-stream; charset=utf-8')
    return checkedStream(response, streamCheckOf(response, init));
  if (type === 'text/plain; charset=utf-8') {
    assert.match(response.url, /\/audio\/transcriptions$/);
    return response;
  }
  assert.equal(type, 'application/json; charset=utf-8');
  const body: unknown = await response.clone().json();
  if (response.ok) shapeOf(response.url, init).parse(body);
  else assert.equal(ERRORS[errorShape.parse(body).error.code].status, response.status);
  return response;
}

function askedBy(init: RequestInit | undefined): Asked {
  return JSON.parse(String(init?.body)) as Asked;
}

function shapeOf(url: string, init: RequestInit | undefined): z.ZodType {
  const { pathname } = new URL(url);
  const endpoint = `${init?.method?.toUpperCase() ?? 'GET'} ${pathname.replace(/^(\/v1\/models)\/.+/, '$1/:id')}`;
  switch (endpoint) {
    case 'POST /v1/chat/completions':
      return completionShape;
    case 'POST /v1/embeddings':
      return embeddingsShapes[askedBy(init).encoding_format ?? 'float'];
    case 'POST /v1/audio/transcriptions':
      return transcriptionShape;
    case 'GET /v1/models':
      return modelsShape;
    case 'GET /v1/models/:id':
      return modelShape;
    case 'DELETE /v1/models/:id':
      return deletedShape;
    default:
      throw new Error(`no shape is known of the reply to ${endpoint}`);
  }
}

function streamCheckOf({ url }: Response, init: RequestInit | undefined) {
  if (url.endsWith('/audio/transcriptions')) return createTranscriptStreamCheck();
  const { n, stream_options } = askedBy(init);
  return createChatStreamCheck({ choices: n ?? 1, includeUsage: stream_options?.include_usage === true });
}

function checkedStream(
  { body, status, headers }: Response,
  check: ReturnType<typeof streamCheckOf>,
): Response {
  const decoder = new TextDecoder();
  let rest = '';
  const checked = body?.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        const frames = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
        rest = frames.pop() ?? '';
        for (const frame of frames) check.frame(frame);
        controller.enqueue(bytes);
      },
      flush() {
        assert.equal(rest, '', 'the stream ends within a frame');
        check.end();
      },
    }),
  );
  return new Response(checked, { status, headers });
}
