import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, type TestContext, test } from 'node:test';
import { askGateway, streamGateway, toPath } from '../../../src/cli/gateway-client.js';
import { tempFolder } from '../../support/temp-folder.js';

type Answer = (response: ServerResponse) => void;

/** Stands in for the gateway; the last answer is given again. */
async function answerWith(t: TestContext, ...answers: Answer[]) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    (answers.length > 1 ? answers.shift() : answers[0])?.(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const reply =
  (status: number, body: unknown): Answer =>
  (response) =>
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
const error = (status: number, code: string, message: string) => reply(status, { error: { code, message } });
const fine = reply(200, { fine: true });

async function collect(stream: AsyncIterable<string>, into: string[]): Promise<void> {
  for await (const data of stream) into.push(data);
}

const { QVAC_API_KEY } = process.env;
afterEach(() => {
  if (QVAC_API_KEY === undefined) delete process.env.QVAC_API_KEY;
  else process.env.QVAC_API_KEY = QVAC_API_KEY;
});

test('the key is the first of the file, else that of the environment', async (t) => {
  process.env.QVAC_API_KEY = 'sk-env';
  const { asked, url } = await answerWith(t, fine);
  const apiKeyFile = join(tempFolder(), 'keys');
  writeFileSync(apiKeyFile, 'me: sk-file\nsk-other\n', { mode: 0o600 });
  assert.deepEqual(await askGateway({ url, apiKeyFile }, 'GET', '/x'), { fine: true });
  await askGateway({ url }, 'GET', '/x');
  process.env.QVAC_API_KEY = '';
  await askGateway({ url }, 'DELETE', '/y');
  assert.deepEqual(
    asked.map(({ method, url, headers }) => `${method} ${url} ${headers.authorization}`),
    ['GET /x Bearer sk-file', 'GET /x Bearer sk-env', 'DELETE /y undefined'],
  );
});

test('a key that no header can hold is said to be wrong, and nothing is asked', async (t) => {
  const { asked, url } = await answerWith(t, fine);
  process.env.QVAC_API_KEY = 'sk-one\nsk-two';
  await assert.rejects(askGateway({ url }, 'GET', '/x'), {
    exitCode: 1,
    message: /^error: QVAC_API_KEY must be a key of printable ASCII/,
  });
  assert.equal(asked.length, 0);
});

test('what the gateway refuses is said, and of a key also where to put it', async (t) => {
  const { url } = await answerWith(
    t,
    error(401, 'invalid_api_key', 'This server needs an API key.'),
    error(500, 'model_load_failed', 'No.'),
  );
  const ask = () => askGateway({ url }, 'GET', '/x');
  await assert.rejects(ask, { exitCode: 1, message: /needs an API key\. .*--api-key-file or QVAC_API_KEY/ });
  await assert.rejects(ask, { exitCode: 1, message: 'error: No. (model_load_failed)' });
  await assert.rejects(collect(streamGateway({ url }, 'GET', '/x'), []), {
    exitCode: 1,
    message: 'error: No. (model_load_failed)',
  });
});

test('what has other words is no gateway of ours', async (t) => {
  const others = [
    error(404, 'not_found', 'Nothing is served here.'),
    reply(404, '404 page not found'),
    reply(200, '<html>'),
    reply(404, { error: 'model not found' }),
  ];
  const { url } = await answerWith(t, ...others);
  for (const _ of others) {
    await assert.rejects(askGateway({ url }, 'GET', '/x'), {
      exitCode: 69,
      message: /no gateway of this version/,
    });
  }
});

test('where nobody listens there is no gateway', async () => {
  await assert.rejects(askGateway({ url: 'http://127.0.0.1:1' }, 'GET', '/x'), {
    exitCode: 69,
    message: /no gateway answers at http:\/\/127\.0\.0\.1:1 \(ECONNREFUSED\)/,
  });
});

test('events come one by one, also when they come in pieces, without the comments', async (t) => {
  const { url } = await answerWith(t, async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const piece of ['data: one\n', '\n: keep-alive\n\nda', 'ta: zw', Buffer.from([0xc3])]) {
      response.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end(Buffer.from([0xb6, 0x6c, 0x66, 0x0a, 0x0a]));
  });
  const seen: string[] = [];
  await collect(streamGateway({ url }, 'GET', '/x'), seen);
  assert.deepEqual(seen, ['one', 'zwölf']);
});

test('events of other servers may have other fields, several lines and no space', async (t) => {
  const { url } = await answerWith(t, (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end('event: x\ndata:{"a":1}\n\ndata: one\ndata: two\n\n');
  });
  const seen: string[] = [];
  await collect(streamGateway({ url }, 'GET', '/x'), seen);
  assert.deepEqual(seen, ['{"a":1}', 'one\ntwo']);
});

test('a gateway that does not answer at all is given up where an answer takes no time', async (t) => {
  const { url } = await answerWith(t, () => {});
  await assert.rejects(askGateway({ url }, 'GET', '/x', { silenceMs: 100 }), {
    exitCode: 69,
    message: /has not answered for 0\.1 s: it hangs, or is no gateway/,
  });
});

test('a stream that is silent for longer than it may be has broken off', async (t) => {
  const { url } = await answerWith(t, (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: one\n\n');
  });
  const seen: string[] = [];
  await assert.rejects(collect(streamGateway({ url }, 'GET', '/x', { silenceMs: 100 }), seen), {
    exitCode: 69,
    message: /broke off its answer \(UND_ERR_BODY_TIMEOUT\)/,
  });
  assert.deepEqual(seen, ['one']);
});

test('a stream that breaks off is said so, after what had come', async (t) => {
  const { url } = await answerWith(t, (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: one\n\n', () => response.destroy());
  });
  const seen: string[] = [];
  await assert.rejects(collect(streamGateway({ url }, 'GET', '/x'), seen), {
    exitCode: 69,
    message: /broke off its answer/,
  });
  assert.deepEqual(seen, ['one']);
});

test('an alias keeps its slashes in a path, and nothing else of what a URL has', () => {
  assert.equal(toPath('org/a model?#'), 'org/a%20model%3F%23');
});
