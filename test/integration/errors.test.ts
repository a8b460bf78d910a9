import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { checkedFetch } from '../support/checked-fetch.js';
import { startGateway } from '../support/gateway.js';
import { errorShape } from '../support/openai-shapes.js';
import { readError } from '../support/read-reply.js';
import { tempFolder } from '../support/temp-folder.js';

const gateway = await startGateway([], tempFolder());
const CHAT = '/v1/chat/completions';

async function fail(path: string, init: RequestInit) {
  const response = await checkedFetch(gateway.url + path, init);
  const { status, ...error } = await readError(response);
  return { status, headers: response.headers, error };
}

const post = (body: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body,
});

describe('a chat request that is wrong', () => {
  const user = { role: 'user', content: 'Hello!' };
  const cases: [title: string, body: unknown, code: string, param: string | null][] = [
    ['an array', [], 'invalid_type', null],
    ['null', null, 'invalid_type', null],
    ['without messages', {}, 'missing_messages', 'messages'],
    ['with null messages', { messages: null }, 'missing_messages', 'messages'],
    ['with no message', { messages: [] }, 'missing_messages', 'messages'],
    ['with messages that are no array', { messages: 'Hello!' }, 'invalid_type', 'messages'],
    ['with a message that is no object', { messages: [user, 'Hello!'] }, 'invalid_type', 'messages[1]'],
    ['with an unknown role', { messages: [{ ...user, role: 'robot' }] }, 'invalid_value', 'messages[0].role'],
    ['without a role', { messages: [{ content: 'Hello!' }] }, 'invalid_value', 'messages[0].role'],
    [
      'with content of a wrong type',
      { messages: [{ ...user, content: 5 }] },
      'invalid_value',
      'messages[0].content',
    ],
    [
      'with a part without text',
      { messages: [{ ...user, content: [{ type: 'text' }] }] },
      'invalid_type',
      'messages[0].content[0].text',
    ],
    ['with a model that is no string', { model: 5, messages: [user] }, 'invalid_type', 'model'],
    [
      'with a temperature of a wrong type',
      { messages: [user], temperature: 'hot' },
      'invalid_type',
      'temperature',
    ],
    ['with too high a temperature', { messages: [user], temperature: 99 }, 'invalid_value', 'temperature'],
    ['with too high a top_p', { messages: [user], top_p: 2 }, 'invalid_value', 'top_p'],
    ['with negative max_tokens', { messages: [user], max_tokens: -5 }, 'invalid_value', 'max_tokens'],
    ['with a fraction of a token', { messages: [user], max_tokens: 1.5 }, 'invalid_type', 'max_tokens'],
    ['with a stream that is no boolean', { messages: [user], stream: 'yes' }, 'invalid_type', 'stream'],
    [
      'with too high a penalty',
      { messages: [user], presence_penalty: 3 },
      'invalid_value',
      'presence_penalty',
    ],
  ];
  for (const [title, body, code, param] of cases) {
    test(title, async () => {
      const { status, error } = await fail(CHAT, post(JSON.stringify(body)));
      assert.equal(status, 400);
      assert.equal(error.type, 'invalid_request_error');
      assert.equal(error.code, code);
      assert.equal(error.param, param);
      if (param) assert.ok(error.message.includes(param), error.message);
    });
  }

  test('with malformed JSON', async () => {
    for (const body of ['{"messages":', 'Hello!', '']) {
      const { status, error } = await fail(CHAT, post(body));
      assert.equal(status, 400);
      assert.equal(error.code, 'invalid_json');
    }
  });

  test('with another content type', async () => {
    const { status, error } = await fail(CHAT, { method: 'POST', body: 'messages=Hello' });
    assert.equal(status, 415);
    assert.equal(error.code, 'unsupported_media_type');
    assert.match(error.message, /application\/json/);
  });

  test('with a model that is not configured', async () => {
    const { status, error } = await fail(CHAT, post(JSON.stringify({ model: 'gpt-4', messages: [user] })));
    assert.equal(status, 404);
    assert.equal(error.code, 'model_not_found');
    assert.equal(error.param, 'model');
    assert.match(error.message, /'gpt-4'.*Configured are: 'demo'/);
  });

  for (const [title, toBody] of [
    ['of known length', (text: string) => text],
    ['in chunks', (text: string) => new Blob([text]).stream()],
  ] as const) {
    test(`with a body beyond the limit, ${title}`, async () => {
      const body = toBody(`"${'x'.repeat(17 * 1024 * 1024)}"`);
      const { status, error } = await fail(CHAT, { ...post(''), body, duplex: 'half' } as RequestInit);
      assert.equal(status, 413);
      assert.equal(error.code, 'request_too_large');
    });
  }
});

test('an unknown route is 404 and names the path', async () => {
  const { status, error } = await fail('/v2/chat', {});
  assert.equal(status, 404);
  assert.equal(error.code, 'not_found');
  assert.match(error.message, /GET \/v2\/chat/);
});

test('a wrong method is 405 and says which are right', async () => {
  for (const [path, method, allow] of [
    [CHAT, 'GET', 'POST'],
    ['/v1/models', 'POST', 'GET, HEAD'],
    ['/v1/models/demo', 'PUT', 'GET, HEAD, DELETE'],
  ] as const) {
    const { status, headers, error } = await fail(path, { method });
    assert.equal(status, 405);
    assert.equal(error.code, 'method_not_allowed');
    assert.equal(headers.get('allow'), allow);
  }
});

test('a client may bring its own request id, unless it is not fit for a log', async () => {
  const mine = await checkedFetch(`${gateway.url}/v1/models`, { headers: { 'x-request-id': 'my-id.1' } });
  assert.equal(mine.headers.get('x-request-id'), 'my-id.1');
  const unfit = await checkedFetch(`${gateway.url}/v1/models`, {
    headers: { 'x-request-id': 'a "quoted" id' },
  });
  assert.match(unfit.headers.get('x-request-id') ?? '', /^req_/);
});

test('bytes that are no HTTP are answered in the same envelope', async () => {
  const { port, hostname } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.write('Hello!\r\n\r\n');
  await once(socket, 'close');
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  assert.match(head, /^HTTP\/1\.1 400 Bad Request\r\n/);
  assert.equal(errorShape.parse(JSON.parse(body)).error.code, 'invalid_request');
});
