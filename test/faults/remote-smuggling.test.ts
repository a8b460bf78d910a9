/**
 * Two servers that read the same bytes and see other requests in them: what a client hides behind its own request must
 * never get to a remote, and what a remote hides behind its answer must never get to another client.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startFaultGateway } from '../support/fault-gateway.js';
import { startForeignServer } from '../support/foreign-server.js';
import { openSocket } from '../support/raw-client.js';
import { addRemotes } from '../support/remote-config.js';
import { tempFolder } from '../support/temp-folder.js';

const foreign = await startForeignServer(['m']);

const answer = (text: string) =>
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`;

/** What a remote writes to a POST, byte by byte. */
let rawAnswer = '';
const raw = createServer((socket: Socket) => {
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    const text = bytes.toString();
    if (text.startsWith('GET')) socket.write(answer('{"data":[]}'));
    else if (text.endsWith('}')) socket.write(rawAnswer);
  });
});
raw.listen(0, '127.0.0.1');
await once(raw, 'listening');
after(() => raw.close());
const rawUrl = `http://127.0.0.1:${(raw.address() as AddressInfo).port}/v1`;

const folder = tempFolder();
const near = await startFaultGateway(
  addRemotes(join(folder, 'qvac.config.json'), {
    m: { url: foreign.url, model: 'm' },
    raw: { url: rawUrl, model: 'raw', probeIntervalMs: 3_600_000 },
  }),
  folder,
);

const SECRET = '/v1/hidden';
const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello!' }] });
const hidden = `POST ${SECRET} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}`;
const start = 'POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n';

/** All that comes until the gateway closes the connection. */
async function exchange(bytes: string): Promise<string> {
  const socket = await openSocket(near.url);
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const closed = once(socket, 'close');
  socket.write(bytes);
  await closed;
  return text;
}

const statusesOf = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => Number(status));

const chunked = `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;

/** Requests that servers have been known to read in different ways. All are refused, and nothing of them gets on. */
const AMBIGUOUS: Readonly<Record<string, string>> = {
  'a length and chunks': `${start}content-length: ${chunked.length}\r\ntransfer-encoding: chunked\r\n\r\n${chunked}${hidden}`,
  'chunks and a short length': `${start}transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n${chunked}${hidden}`,
  'two lengths': `${start}content-length: ${Buffer.byteLength(body)}\r\ncontent-length: 5\r\n\r\n${body}${hidden}`,
  'two lengths in one line': `${start}content-length: ${Buffer.byteLength(body)}, 5\r\n\r\n${body}${hidden}`,
  'a length with a sign': `${start}content-length: +${Buffer.byteLength(body)}\r\n\r\n${body}${hidden}`,
  'a folded header': `${start}x-a: b\r\n transfer-encoding: chunked\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}${hidden}`,
  'a folded transfer encoding': `${start}transfer-encoding:\r\n chunked\r\ncontent-length: 5\r\n\r\n${chunked}${hidden}`,
  'a space before the colon': `${start}transfer-encoding : chunked\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}${hidden}`,
  'another transfer encoding': `${start}transfer-encoding: xchunked\r\n\r\n${chunked}${hidden}`,
  'chunked, but not last': `${start}transfer-encoding: chunked, identity\r\n\r\n${chunked}${hidden}`,
  'a bare line feed': `${start}x-a: b\ntransfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n${chunked}${hidden}`,
  'a chunk size that is none': `${start}transfer-encoding: chunked\r\n\r\n0x${chunked}${hidden}`,
  'a chunk with a bare line feed': `${start}transfer-encoding: chunked\r\n\r\n${chunked.replace('\r\n', '\n')}${hidden}`,
};

for (const [what, bytes] of Object.entries(AMBIGUOUS)) {
  test(`a request that can be read in two ways gets to no remote: ${what}`, async () => {
    const before = foreign.requests.length;
    const text = await exchange(bytes);
    assert.deepEqual(statusesOf(text), [400], text);
    assert.equal(foreign.requests.length, before);
  });
}

test('requests of one client in one go are answered one by one, and each gets there as a request of its own', async () => {
  const before = foreign.requests.length;
  const one = `${start}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  const text = await exchange(
    `${one}${one}${one}GET /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`,
  );
  assert.deepEqual(statusesOf(text), [200, 200, 200, 200], text);
  const requests = foreign.requests.slice(before);
  assert.equal(requests.length, 3);
  for (const request of requests) assert.equal(request.body.toString(), body);
});

test('a request in chunks gets there with a length, and without its trailers', async () => {
  const before = foreign.requests.length;
  const trailed = chunked.replace(/\r\n\r\n$/, '\r\nx-api-key: trailer\r\n\r\n');
  const text = await exchange(
    `${start}connection: close\r\ntransfer-encoding: chunked\r\ntrailer: x-api-key\r\n\r\n${trailed}`,
  );
  assert.deepEqual(statusesOf(text), [200], text);
  const { headers } = await foreign.request(before);
  assert.equal(headers['content-length'], String(Buffer.byteLength(body)));
  assert.equal(headers['transfer-encoding'], undefined);
  assert.equal(headers.trailer, undefined);
});

test('headers of one connection stay there, also what `connection` names and an `expect`', async () => {
  const before = foreign.requests.length;
  await exchange(
    `${start}connection: close, authorization, content-length\r\nkeep-alive: timeout=1\r\nte: trailers\r\nupgrade: h2c\r\nexpect: 100-continue\r\nproxy-authorization: Basic x\r\nauthorization: Bearer client\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
  const { headers, body: got } = await foreign.request(before);
  assert.equal(got.toString(), body);
  for (const name of ['keep-alive', 'te', 'upgrade', 'expect', 'proxy-authorization', 'authorization']) {
    assert.equal(headers[name], undefined, name);
  }
});

test('what stands in a path or a query does not choose what the remote is asked for', async () => {
  const before = foreign.requests.length;
  const requests = [
    `POST /v1/chat/completions/../../admin HTTP/1.1\r\n`,
    `POST //evil/v1/chat/completions HTTP/1.1\r\n`,
    `POST /v1/chat/completions%2f..%2fhidden HTTP/1.1\r\n`,
    `POST /v1/chat/completions?x=/../hidden#${SECRET} HTTP/1.1\r\n`,
    `POST http://127.0.0.1:${foreign.port}${SECRET} HTTP/1.1\r\n`,
  ];
  for (const line of requests) {
    await exchange(
      `${line}host: localhost\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    );
  }
  for (const { url } of foreign.requests.slice(before)) assert.equal(url, '/v1/chat/completions');
});

test('an answer that nobody asked for gets to nobody: the next request has a connection of its own', async () => {
  const ask = () =>
    fetch(`${near.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body.replace('"m"', '"raw"'),
    });
  rawAnswer = `${answer('{"id":"first"}')}${answer('{"id":"planted"}')}`;
  const first = await ask();
  assert.deepEqual([first.status, await first.text()], [200, '{"id":"first"}']);
  rawAnswer = answer('{"id":"second"}');
  const second = await ask();
  assert.deepEqual([second.status, await second.text()], [200, '{"id":"second"}']);
});

/** Answers of a remote that can be read in two ways. */
const BAD_ANSWERS: Readonly<Record<string, string>> = {
  'a length and chunks':
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
  'two lengths':
    'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ncontent-length: 30\r\n\r\n{}',
  'no HTTP': 'SSH-2.0-OpenSSH_9.6\r\n',
};

for (const [what, text] of Object.entries(BAD_ANSWERS)) {
  test(`a remote that can be read in two ways is not believed: ${what}`, async () => {
    rawAnswer = text;
    const response = await fetch(`${near.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: body.replace('"m"', '"raw"'),
    });
    assert.equal(response.status, 503);
    const { error } = (await response.json()) as { error: { code: string } };
    assert.equal(error.code, 'remote_unavailable');
  });
}
