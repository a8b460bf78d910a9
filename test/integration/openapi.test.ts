import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createScriptedModel } from '../../src/scripted-model/scripted-model.js';
import { createApiDocumentCheck } from '../support/api-document.js';
import { startGateway } from '../support/gateway.js';
import { writeScriptedConfig } from '../support/scripted-config.js';
import { createScriptedWhisper } from '../support/scripted-whisper.js';
import { ALPHA } from '../support/scripts.js';
import { tempFolder } from '../support/temp-folder.js';
import { WITHOUT_VULKAN } from '../support/vulkan.js';
import { createWav } from '../support/wav.js';

const folder = tempFolder();
const path = writeScriptedConfig(folder, [
  [ALPHA, { preload: true, default: true, config: { ctx_size: 131_072 } }],
]);
writeFileSync(join(folder, 'vectors.gguf'), createScriptedModel({ ...ALPHA, contextLength: 256 }));
writeFileSync(join(folder, 'whisper.bin'), createScriptedWhisper([' Hello', '.']));
const config = JSON.parse(readFileSync(path, 'utf8'));
Object.assign(config.serve.models, {
  vectors: { src: './vectors.gguf', type: 'embeddings', config: { device: 'cpu' } },
  whisper: { src: './whisper.bin', type: 'whisper' },
});
config.serve.apiKeys = [{ name: 'alice', key: 'sk-1', requestsPerMinute: 1_000 }];
writeFileSync(path, JSON.stringify(config));
const gateway = await startGateway(['-c', path], folder);
const document = (await (await fetch(`${gateway.url}/openapi.json`)).json()) as object;
const { check } = createApiDocumentCheck(document);
const authorization = 'Bearer sk-1';

function send(method: string, url: string, body?: object | FormData, headers: Record<string, string> = {}) {
  const isForm = body instanceof FormData;
  return fetch(gateway.url + url, {
    method,
    headers: { authorization, ...(body && !isForm && { 'content-type': 'application/json' }), ...headers },
    ...(body && { body: isForm ? body : JSON.stringify(body) }),
  });
}

/** Holds a reply against what the document says of this path, method, status and type. */
async function checkReply(path: string, method: string, response: Response): Promise<unknown> {
  const text = await response.text();
  const type = (response.headers.get('content-type') ?? '').split(';', 1)[0] ?? '';
  const at = ['paths', path, method.toLowerCase(), 'responses', String(response.status)];
  const body: unknown = type === 'application/json' ? JSON.parse(text) : text;
  check([...at, 'content', type, 'schema'], body);
  const headers = Object.fromEntries(response.headers);
  const told = (document as { paths: Record<string, Record<string, { responses: Record<string, Told> }>> })
    .paths[path]?.[method.toLowerCase()]?.responses[response.status]?.headers;
  for (const [name, header] of Object.entries(told ?? {})) {
    if (header.required || name in headers) check([...at, 'headers', name, 'schema'], headers[name]);
  }
  return body;
}

interface Told {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
}

const messages = [{ role: 'user', content: 'Hello!' }];
const form = (fields: Record<string, string>) => {
  const data = new FormData();
  for (const [name, value] of Object.entries(fields)) data.append(name, value);
  data.append('file', new Blob([createWav(1)]), 'a.wav');
  return data;
};

for (const [method, url, path, status, body] of [
  ['POST', '/v1/chat/completions', '/v1/chat/completions', 200, { messages, n: 2 }],
  ['POST', '/v1/chat/completions', '/v1/chat/completions', 400, {}],
  ['POST', '/v1/chat/completions', '/v1/chat/completions', 404, { messages, model: 'none' }],
  ['POST', '/v1/embeddings', '/v1/embeddings', 200, { model: 'vectors', input: ['a', 'b'] }],
  [
    'POST',
    '/v1/embeddings',
    '/v1/embeddings',
    200,
    { model: 'vectors', input: 'a', encoding_format: 'base64' },
  ],
  ['GET', '/v1/models', '/v1/models', 200],
  ['GET', '/v1/models?state=all', '/v1/models', 200],
  ['PUT', '/v1/models', '/v1/models', 405],
  ['GET', '/v1/models/alpha', '/v1/models/{id}', 200],
  ['GET', '/v1/models/none', '/v1/models/{id}', 404],
  ['DELETE', '/v1/models/vectors', '/v1/models/{id}', 200],
  ['DELETE', '/v1/models/alpha?drain=x', '/v1/models/{id}', 400],
  ['POST', '/qvac/v1/models/vectors/load', '/qvac/v1/models/{id}/load', 200],
  ['DELETE', '/qvac/v1/calls/none', '/qvac/v1/calls/{id}', 404],
  ['GET', '/qvac/v1/status', '/qvac/v1/status', 200],
  ['GET', '/metrics', '/metrics', 200],
  ['GET', '/health', '/health', 200],
  ['GET', '/ready', '/ready', 200],
] as const) {
  test(`${method} ${url} ${status} is as the document says: ${JSON.stringify(body)}`, async () => {
    const response = await send(method, url, body);
    assert.equal(response.status, status);
    // What is not allowed has no operation of its own: any other of the path tells of it.
    await checkReply(path, status === 405 ? 'GET' : method, response);
  });
}

test('a request without a key too', async () => {
  const response = await send('GET', '/v1/models', undefined, { authorization: 'Bearer no' });
  assert.equal(response.status, 401);
  await checkReply('/v1/models', 'GET', response);
});

for (const response_format of ['json', 'text']) {
  test(`a transcription too: ${response_format}`, { skip: WITHOUT_VULKAN }, async () => {
    const response = await send(
      'POST',
      '/v1/audio/transcriptions',
      form({ model: 'whisper', response_format }),
    );
    assert.equal(response.status, 200);
    await checkReply('/v1/audio/transcriptions', 'POST', response);
  });
}

test('each event of a stream too, also of one that breaks off', async () => {
  const at = ['paths', '/v1/chat/completions', 'post', 'responses', '200', 'content', 'text/event-stream'];
  const whole = await send('POST', '/v1/chat/completions', {
    messages,
    stream: true,
    stream_options: { include_usage: true },
  });
  const frames = (await whole.text()).split('\n\n').filter((frame) => frame !== '');
  assert.equal(frames.pop(), 'data: [DONE]');
  assert.ok(frames.length > 3);
  for (const frame of frames) check([...at, 'schema'], JSON.parse(frame.slice('data: '.length)));

  const id = 'endless';
  const broken = await send(
    'POST',
    '/v1/chat/completions',
    { messages: [{ role: 'user', content: 'for ever' }], stream: true },
    { 'x-request-id': id },
  );
  await checkReply('/qvac/v1/calls/{id}', 'DELETE', await send('DELETE', `/qvac/v1/calls/${id}`));
  const last = (await broken.text()).trim().split('\n\n').at(-1) ?? '';
  const error = JSON.parse(last.slice('data: '.length)) as { error: { code: string } };
  assert.equal(error.error.code, 'call_cancelled');
  check([...at, 'schema'], error);
});

test('the events of the gateway too', async () => {
  const response = await send('GET', '/qvac/v1/events');
  const reader = response.body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  await reader?.cancel();
  const [frame = ''] = new TextDecoder().decode(value).split('\n\n');
  const at = ['paths', '/qvac/v1/events', 'get', 'responses', '200', 'content', 'text/event-stream'];
  check([...at, 'schema'], JSON.parse(frame.slice('data: '.length)));
});
