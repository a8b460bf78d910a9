import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { startFaultGateway } from '../support/fault-gateway.js';
import {
  FOREIGN_SECRET,
  type ForeignAnswer,
  foreignFrame,
  startForeignServer,
} from '../support/foreign-server.js';
import { openSocket, toRequest } from '../support/raw-client.js';
import { addRemotes } from '../support/remote-config.js';
import { tempFolder } from '../support/temp-folder.js';

const REMOTE_KEY = 'key-of-the-remote';
const NEAR_KEY = 'key-of-the-gateway';

const folder = tempFolder();
const foreign = await startForeignServer(['m']);
const entry = { url: foreign.url, model: 'm', apiKey: REMOTE_KEY, headers: { 'X-Team': 'red' } };

/** An error with the gateway's key in each of its fields; in its message where a long one is cut. */
function tellAll({ authorization = '' }: IncomingHttpHeaders): string {
  const message = authorization.padStart(2_010, 'x');
  return JSON.stringify({
    error: { message, code: authorization, type: authorization, param: authorization },
  });
}

/** A model at the foreign server that answers in a way of its own, by its name there. */
const ODD: Readonly<Record<string, ForeignAnswer>> = {
  silent: () => {},
  stalling: (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(foreignFrame({ content: 'one' }));
  },
  breaking: (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`${foreignFrame({ content: 'one' })}data: {"choices":[{"del`, () => response.destroy());
  },
  unfinished: (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(foreignFrame({ content: 'one' }));
  },
  cut: (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    response.write('{"model":"x","cho', () => response.destroy());
  },
  html: (response) => {
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end('<script>alert(1)</script>');
  },
  packed: (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(gzipSync('{}'));
  },
  elsewhere: (response) => {
    response.writeHead(307, { location: `${foreign.url}/chat/completions` });
    response.end();
  },
  failing: (response) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end('{"error":{"code":500,"message":"out of tensors","type":"server_error"}}');
  },
  detailed: (response) => {
    response.writeHead(422, { 'content-type': 'application/json' });
    response.end('{"detail":"temperature is too hot"}');
  },
  telling: (response, { headers }) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: `sent: ${headers.authorization}` } }));
  },
  'telling-all': (response, { headers }) => {
    response.writeHead(500, { 'content-type': 'application/json' });
    response.end(tellAll(headers));
  },
  'telling-frame': (response, { headers }) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`${foreignFrame({ content: 'one' })}data: ${tellAll(headers)}\n\n`);
  },
  'telling-type': (response, { headers }) => {
    response.writeHead(200, { 'content-type': String(headers.authorization) });
    response.end();
  },
  busy: (response) => {
    response.writeHead(429, { 'content-type': 'text/plain', 'retry-after': '7' });
    response.end('later');
  },
  told: (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(': keep-alive\n\ndata: {"error":{"code":"queue_full","message":"later"}}\n\n');
  },
  lingering: (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`${foreignFrame({ content: 'all' })}data: [DONE]\n\n`);
  },
  'error-frame': (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(
      `${foreignFrame({ content: 'one' })}data: {"error":{"code":500,"message":"out of tensors"}}\n\n`,
    );
  },
};
for (const [name, answer] of Object.entries(ODD)) foreign.answers.set(name, answer);

/** Only with those that say nothing: any other may take longer on a machine that does much else. */
const IMPATIENCE: Readonly<Record<string, object>> = {
  silent: { headersTimeoutMs: 400 },
  stalling: { idleTimeoutMs: 400 },
};

const near = await startFaultGateway(
  addRemotes(join(folder, 'qvac.config.json'), {
    mine: { ...entry, category: 'chat', default: true },
    any: entry,
    embed: { ...entry, category: 'embeddings', default: true },
    ...Object.fromEntries(
      // Headers of its own make it another server to the gateway: one that fails does not speak for the others.
      Object.keys(ODD).map((model) => [
        model,
        { ...entry, model, headers: { 'x-odd': model }, ...IMPATIENCE[model] },
      ]),
    ),
  }),
  folder,
  { args: ['--api-key', NEAR_KEY] },
);

const messages = [{ role: 'user', content: 'Hello!' }];

function post(
  body: string,
  headers: Record<string, string> = {},
  path = '/chat/completions',
): Promise<Response> {
  return fetch(`${near.url}/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${NEAR_KEY}`, 'content-type': 'application/json', ...headers },
    body,
  });
}

async function sent(body: string, headers: Record<string, string> = {}) {
  const index = foreign.requests.length;
  const response = await post(body, headers);
  const text = await response.text();
  return { request: await foreign.request(index), response, text };
}

const framesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n\n')
    .map((frame) => (frame.startsWith('data: {') ? JSON.parse(frame.slice(6)) : frame));

test('a body gets there as it was sent, but for model', async () => {
  const written =
    '{ "messages":[{"role":"user","content":"\\u20ac"}],\n "seed": 12345678901234567890, "x_new": {"model":"kept"}, "model" : "mine"}';
  const { request } = await sent(written);
  assert.equal(request.body.toString(), written.replace('"model" : "mine"}', '"model" :"m"}'));
  assert.equal(request.headers['content-length'], String(request.body.length));
});

test('a request that names no model goes to the default, and names it there', async () => {
  const { request } = await sent(JSON.stringify({ messages }));
  assert.deepEqual(JSON.parse(request.body.toString()), { model: 'm', messages });
});

test('no header of the client gets there, and those of the config do', async () => {
  const { request } = await sent(JSON.stringify({ model: 'mine', messages }), {
    cookie: 'session=client',
    'x-api-key': 'client',
    'x-forwarded-for': '10.0.0.1',
    'x-team': 'blue',
    'openai-organization': 'client',
    'x-request-id': 'req_of_client',
  });
  const { host, connection, 'x-qvac-gateway-hops': hops, ...headers } = request.headers;
  assert.equal(host, `127.0.0.1:${foreign.port}`);
  assert.equal(connection, 'keep-alive');
  assert.match(String(hops), /^[\w-]+$/);
  assert.deepEqual(headers, {
    accept: '*/*',
    'accept-encoding': 'identity',
    'user-agent': 'qvac-gateway',
    authorization: `Bearer ${REMOTE_KEY}`,
    'x-team': 'red',
    'content-type': 'application/json',
    'content-length': String(request.body.length),
    'x-request-id': 'req_of_client',
  });
  assert.ok(!JSON.stringify(request.rawHeaders).includes(NEAR_KEY));
});

test('no header of the remote gets to the client, and its answer does, but for model', async () => {
  const { response, text } = await sent(JSON.stringify({ model: 'mine', messages }));
  assert.ok(!JSON.stringify([...response.headers]).includes(FOREIGN_SECRET));
  assert.equal(response.headers.get('content-length'), String(Buffer.byteLength(text)));
  assert.equal(
    text,
    '{"choices":[{"finish_reason":"stop","index":0,"message":{"content":"whole: {\\"model\\":\\"x\\"} €","role":"assistant"}}],"created":1790000000,"id":"chatcmpl-foreign","model":"mine","object":"chat.completion","timings":{"predicted_ms":1.5},"usage":{"completion_tokens":3,"prompt_tokens":5,"total_tokens":8}}',
  );
});

test('a stream comes as it was sent, but for model, and without comments, over which some clients stumble', async () => {
  const { response, text } = await sent(JSON.stringify({ model: 'mine', messages, stream: true }));
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const named = (frame: string) => frame.replace('"/models/foreign.gguf"', '"mine"');
  assert.equal(
    text,
    [
      named(foreignFrame({ content: null, role: 'assistant' })),
      named(foreignFrame({ content: 'in parts: ' })),
      named(foreignFrame({ content: '€🙂' })),
      named(foreignFrame({}, 'stop')),
      'data: [DONE]\n\n',
    ].join(''),
  );
});

test('embeddings go there too', async () => {
  const response = await post(JSON.stringify({ input: 'text' }), {}, '/embeddings');
  const body = (await response.json()) as { model: string };
  assert.equal(body.model, 'embed');
});

test('a form gets there with all its parts, whatever their order, and a file that is no recording is for the remote to judge', async () => {
  const index = foreign.requests.length;
  const form = new FormData();
  form.append('timestamp_granularities[]', 'word');
  form.append('timestamp_granularities[]', 'segment');
  form.append('file', new Blob([new Uint8Array([0, 13, 10, 255])], { type: 'audio/x-odd' }), 'a "b"\r\n.odd');
  form.append('model', 'html');
  form.append('response_format', 'srt');
  form.append('model', 'failing');
  foreign.answers.delete('failing');
  const answered = await fetch(`${near.url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${NEAR_KEY}` },
    body: form,
  });
  foreign.answers.set('failing', ODD.failing as ForeignAnswer);
  assert.deepEqual(await answered.json(), { text: 'written down' });
  const request = await foreign.request(index);
  assert.equal(request.headers['content-length'], String(request.body.length));
  const parsed = await new Response(new Uint8Array(request.body), {
    headers: { 'content-type': String(request.headers['content-type']) },
  }).formData();
  assert.deepEqual(parsed.getAll('model'), ['failing']);
  assert.deepEqual(parsed.getAll('timestamp_granularities[]'), ['word', 'segment']);
  assert.equal(parsed.get('response_format'), 'srt');
  const file = parsed.get('file') as File;
  assert.equal(file.type, 'audio/x-odd');
  assert.deepEqual([...new Uint8Array(await file.arrayBuffer())], [0, 13, 10, 255]);
});

test('a streamed transcription needs no `[DONE]` to be whole', async () => {
  const events =
    'data: {"type":"transcript.text.delta","delta":"Hi"}\n\ndata: {"type":"transcript.text.done","text":"Hi"}\n\n';
  foreign.answers.set('m', (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(events);
  });
  const form = new FormData();
  form.append('file', new Blob(['sound']), 'a.wav');
  form.append('model', 'any');
  form.append('stream', 'true');
  const response = await fetch(`${near.url}/v1/audio/transcriptions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${NEAR_KEY}` },
    body: form,
  });
  foreign.answers.delete('m');
  assert.equal(await response.text(), events);
});

for (const model of Object.keys(ODD).filter((name) => name.startsWith('telling-'))) {
  test(`the gateway's key is in no field of an error, nor in the log: ${model}`, async () => {
    const mark = await near.mark();
    const response = await post(JSON.stringify({ model, messages, stream: true }));
    const shown = await response.text();
    assert.match(shown, /\*\*\*/);
    await near.logged(({ msg }) => msg === 'request completed', mark);
    for (const text of [shown, JSON.stringify(near.log.slice(mark))]) {
      assert.ok(!text.includes(REMOTE_KEY.slice(0, 4)), text);
    }
  });
}

const REFUSALS: readonly (readonly [model: string, status: number, code: string, message: RegExp])[] = [
  ['silent', 504, 'remote_timeout', /did not begin to answer within 400 ms/],
  ['cut', 503, 'remote_unavailable', /broke off its answer/],
  ['html', 502, 'remote_error', /text\/html/],
  ['packed', 502, 'remote_error', /gzip/],
  ['elsewhere', 502, 'remote_error', /answers with 307/],
  ['failing', 502, 'remote_error', /\(500\): out of tensors/],
  ['detailed', 400, 'invalid_request', /\(422\): temperature is too hot/],
  ['telling', 400, 'invalid_request', /\(400\): sent: Bearer \*\*\*$/],
  ['busy', 429, 'queue_full', /\(429\): later/],
];

for (const [model, status, code, message] of REFUSALS) {
  test(`an answer that is none is an error of ours, which names the remote: ${model}`, async () => {
    const response = await post(JSON.stringify({ model, messages }));
    assert.equal(response.status, status);
    const { error } = (await response.json()) as { error: Record<string, string> };
    assert.equal(error.code, code);
    assert.equal(error.remote, `127.0.0.1:${foreign.port}`);
    assert.match(String(error.message), message);
    if (model === 'busy') assert.equal(response.headers.get('retry-after'), '7');
  });
}

const BROKEN: readonly (readonly [model: string, code: string])[] = [
  ['stalling', 'remote_timeout'],
  ['breaking', 'remote_unavailable'],
  ['unfinished', 'remote_unavailable'],
  ['error-frame', 'remote_error'],
];

for (const [model, code] of BROKEN) {
  test(`a stream that has begun ends with an error, and does not look complete: ${model}`, async () => {
    const response = await post(JSON.stringify({ model, messages, stream: true }));
    assert.equal(response.status, 200);
    const text = await response.text();
    const frames = framesOf(text);
    assert.equal(frames.length, 2, text);
    assert.equal(frames[0].choices[0].delta.content, 'one');
    assert.equal(frames[0].model, model);
    assert.equal(frames[1].error.code, code);
    assert.equal(frames[1].error.remote, `127.0.0.1:${foreign.port}`);
  });
}

test('a stream that begins with an error is none: the error has its status', async () => {
  const response = await post(JSON.stringify({ model: 'told', messages, stream: true }));
  assert.equal(response.status, 429);
  const { error } = (await response.json()) as { error: Record<string, string> };
  assert.equal(error.code, 'queue_full');
  assert.match(String(error.message), /^Remote '127.0.0.1:\d+': later$/);
});

test('the log tells that a stream ended with an error of its remote', async () => {
  const response = await post(JSON.stringify({ model: 'error-frame', messages, stream: true }), {
    'x-request-id': 'broken-off',
  });
  await response.text();
  const line = await near.logged(
    ({ msg, requestId }) => msg === 'request completed' && requestId === 'broken-off',
  );
  assert.equal(line.outcome, 'remote_error');
});

test('a stream ends with its last event, whatever the remote does then', async () => {
  const text = await (await post(JSON.stringify({ model: 'lingering', messages, stream: true }))).text();
  assert.ok(text.endsWith('data: [DONE]\n\n') && !text.includes('error'), text);
});

test('a connection is used again after a stream whose end comes later than its last event', async () => {
  const ports = new Set<number | undefined>();
  foreign.answers.set('m', (response, { raw }) => {
    ports.add(raw.socket.remotePort);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(`${foreignFrame({ content: 'all' })}data: [DONE]\n\n`);
    setTimeout(() => response.end(), 50);
  });
  for (let calls = 0; calls < 3; calls += 1) {
    const index = foreign.requests.length;
    await (await post(JSON.stringify({ model: 'mine', messages, stream: true }))).text();
    await (await foreign.request(index)).closed;
  }
  foreign.answers.delete('m');
  // The second may find the first still busy with its end, but not the third both.
  assert.ok(ports.size < 3, `each call had a connection of its own`);
});

test('the tokens of an answer that is too long to be kept are counted', async () => {
  const values = Array.from({ length: 1_000 }, (_, at) => at / 1_000);
  const data = Array.from({ length: 1_500 }, (_, index) => ({
    object: 'embedding',
    index,
    embedding: values,
  }));
  foreign.answers.set('m', (response) => {
    response.setHeader('content-type', 'application/json');
    const usage = { prompt_tokens: 4_321, total_tokens: 4_321 };
    response.end(JSON.stringify({ data, model: 'theirs', object: 'list', usage }));
  });
  const response = await post('{"model":"embed","input":"text"}', { 'x-request-id': 'long' }, '/embeddings');
  const text = await response.text();
  foreign.answers.delete('m');
  assert.ok(text.length > 4 * 1024 * 1024);
  assert.equal((JSON.parse(text) as { model: string }).model, 'embed');
  const line = await near.logged(({ msg, requestId }) => msg === 'request completed' && requestId === 'long');
  assert.equal(line.promptTokens, 4_321);
});

test('a client that leaves ends the request there, before the answer has begun too', async () => {
  for (const [model, stream] of [
    ['silent', false],
    ['stalling', true],
  ] as const) {
    const index = foreign.requests.length;
    const abort = new AbortController();
    const response = fetch(`${near.url}/v1/chat/completions`, {
      method: 'POST',
      signal: abort.signal,
      headers: { authorization: `Bearer ${NEAR_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages, stream }),
    });
    const { closed } = await foreign.request(index);
    if (stream) await response;
    abort.abort();
    await response.catch(() => {});
    await closed;
  }
});

test('what is wrong with a request is said here already', async () => {
  const requests = foreign.requests.length;
  const cases: readonly (readonly [string, string])[] = [
    ['{"model":"mine"', 'invalid_json'],
    ['{"model":"mine"}', 'missing_messages'],
    ['{"model":7,"messages":[]}', 'missing_messages'],
    ['["mine"]', 'invalid_type'],
  ];
  for (const [body, code] of cases) {
    const { error } = (await (await post(body)).json()) as { error: { code: string } };
    assert.equal(error.code, code, body);
  }
  assert.equal(foreign.requests.length, requests);
});

test('a client that does not read slows the remote down, and gets all of it when it reads on', async () => {
  const FRAMES = 4_000;
  const frame = foreignFrame({ content: 'x'.repeat(32 * 1024) });
  let sent = 0;
  foreign.answers.set('m', async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (; sent < FRAMES; sent += 1) {
      if (!response.write(frame)) await once(response, 'drain');
    }
    response.end('data: [DONE]\n\n');
  });
  const socket = await openSocket(near.url);
  socket.write(
    toRequest(
      '/v1/chat/completions',
      { model: 'mine', messages, stream: true },
      {
        authorization: `Bearer ${NEAR_KEY}`,
        connection: 'close',
      },
    ),
  );
  // It has stopped when ten looks in a row find no more; what all buffers on the way hold is far less than all of it.
  let before = -1;
  for (let looks = 0; looks < 10 && sent < FRAMES; before = sent) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    looks = sent > 0 && sent === before ? looks + 1 : 0;
  }
  assert.ok(sent < FRAMES / 2, `${sent} of ${FRAMES} frames were sent to a client that does not read`);
  let ends = 0;
  socket.setEncoding('latin1').on('data', (text: string) => {
    ends += text.split('"chat.completion.chunk"}').length - 1;
  });
  await once(socket, 'close');
  assert.ok(
    Math.abs(ends - FRAMES) < FRAMES / 10,
    `${ends} whole frames came, but for those that were cut in two`,
  );
  foreign.answers.delete('m');
});
