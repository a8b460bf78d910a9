import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { CLIENT_LIMITS, type ClientLimits } from '../../../src/http/client-limits.js';
import { createServer, type ServerOptions } from '../../../src/http/server.js';
import { Fleet } from '../../../src/models/fleet.js';
import { createLogger } from '../../../src/telemetry/logger.js';
import { openSocket, toRequest, untilCut } from '../../support/raw-client.js';
import { createFakeHost } from '../models/fake-pool.js';
import { noOperations } from './no-operations.js';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly requestId?: string;
  readonly status?: number;
  readonly [field: string]: unknown;
}

/** A server with little patience; every limit that is not set is as it is in earnest. */
async function startServer(
  clientLimits: Partial<ClientLimits>,
  { started = Promise.resolve(), ...options }: Partial<ServerOptions> & { started?: Promise<void> } = {},
) {
  const { host, pool } = createFakeHost();
  await host.ensureReady(new AbortController().signal);
  const log: Line[] = [];
  const fleet = new Fleet([{ host, category: 'chat', default: true, threads: 1 }]);
  const app = createServer(
    fleet,
    {
      host: '127.0.0.1',
      apiKeys: [],
      corsOrigins: [],
      listModels: 'loaded',
      imageHosts: [],
      takesImages: () => false,
      uploadFolder: 'none',
      ...options,
      clientLimits: { checkIntervalMs: 20, ...clientLimits },
    },
    noOperations(),
    started,
    createLogger('info', { write: (line) => log.push(JSON.parse(line)) }),
  );
  // As clients keep connections open, a test that fails would hang.
  after(() => app.server.closeAllConnections());
  after(() => app.close());
  await app.listen({ port: 0, host: '127.0.0.1' });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
  return { app, url, log, pool: pool(0), warnings: () => log.filter(({ level }) => level === 40) };
}

const hello = { messages: [{ role: 'user', content: 'Hello!' }] };
const MB = 1024 * 1024;
const CHAT = '/v1/chat/completions';

function assertTimedOut(answer: string): void {
  assert.match(answer, /^HTTP\/1\.1 408 Request Timeout\r\n/);
  assert.equal(JSON.parse(answer.split('\r\n\r\n')[1] ?? '').error.code, 'invalid_request');
}

/** Writes a byte now and then, until the connection is cut. */
async function trickle(socket: Socket, bytes: string): Promise<void> {
  for (const byte of bytes) {
    if (socket.destroyed || !socket.writable) return;
    socket.write(byte);
    await delay(20);
  }
}

test('a connection on which nothing is said is closed', async () => {
  const { url } = await startServer({ stallTimeoutMs: 100 });
  await untilCut(await openSocket(url));
});

test('headers that come byte by byte are given up', async () => {
  const { url } = await startServer({ headersTimeoutMs: 200 });
  const socket = await openSocket(url);
  const answer = text(socket);
  void trickle(socket, `GET /v1/models HTTP/1.1\r\nhost: localhost\r\nx-long: ${'x'.repeat(1_000)}`);
  assertTimedOut(await answer);
});

test('a body that comes byte by byte is given up', async () => {
  const { url, log } = await startServer({ headersTimeoutMs: 200, requestTimeoutMs: 300 });
  const socket = await openSocket(url);
  const answer = text(socket);
  const request = toRequest(CHAT, { ...hello, user: 'x'.repeat(1_000) });
  const body = request.indexOf('\r\n\r\n') + 4;
  socket.write(request.slice(0, body));
  void trickle(socket, request.slice(body));
  assertTimedOut(await answer);
  await untilCut(socket);
  assert.deepEqual(
    log.filter(({ level }) => level >= 50),
    [],
  );
});

test('a body that stops is given up, with a line in the log', async () => {
  const { url, warnings } = await startServer({ stallTimeoutMs: 100 });
  const socket = await openSocket(url);
  socket.write(toRequest(CHAT, hello, { 'x-request-id': 'stalled' }).slice(0, -5));
  assertTimedOut(await text(socket));
  assert.deepEqual(
    warnings().map(({ msg, requestId }) => [msg, requestId]),
    [['client cut: it does not go on sending its request', 'stalled']],
  );
});

test('one who does not close its side after that is cut all the same', async () => {
  const { app, url } = await startServer({ headersTimeoutMs: 100 });
  const accepted = once(app.server, 'connection') as Promise<[Socket]>;
  const socket = await openSocket(url);
  const [server] = await accepted;
  socket.write('GET /v1/models HTTP/1.1\r\n');
  socket.pause(); // and never sees that the other side has ended
  await once(server, 'close');
});

test('a client that waits for a long answer is not cut, whatever the limits', async () => {
  const limits = {
    stallTimeoutMs: 500,
    headersTimeoutMs: 500,
    requestTimeoutMs: 500,
    keepAliveTimeoutMs: 500,
  };
  const { url, pool, warnings } = await startServer(limits);
  const replies = [false, true].map((stream) =>
    fetch(url + CHAT, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...hello, stream }),
    }),
  );
  for (const index of [0, 1]) {
    const call = await pool.callAt(index); // the second waits in the queue all the while
    await delay(800);
    call.emit({ type: 'text-delta', text: 'Hi' });
    await delay(800); // in mid-stream too
    call.end();
  }
  for (const reply of replies) assert.match(await (await reply).text(), /"content":"Hi"/);
  assert.deepEqual(warnings(), []);
});

test('a large body that waits for the models to be loaded is not cut', async () => {
  let markStarted = (): void => {};
  const started = new Promise<void>((resolve) => {
    markStarted = resolve;
  });
  const { app, url, warnings } = await startServer({ stallTimeoutMs: 500 }, { started });
  const received = once(app.server, 'request');
  const reply = fetch(url + CHAT, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user: 'x'.repeat(8 * MB) }),
  });
  await received;
  await delay(1_000);
  markStarted();
  assert.equal((await reply).status, 400);
  assert.deepEqual(warnings(), []);
});

test('an answer that nobody reads is given up, with a line in the log', async () => {
  const { app, url, pool, warnings } = await startServer({ stallTimeoutMs: 100 });
  const socket = await openSocket(url);
  socket.pause();
  const received = once(app.server, 'request') as Promise<[{ socket: Socket }]>;
  socket.write(toRequest(CHAT, hello, { 'x-request-id': 'unread' }));
  const [{ socket: server }] = await received;
  const call = await pool.callAt(0);
  call.emit({ type: 'text-delta', text: 'x'.repeat(32 * MB) });
  call.end();
  await once(server, 'close');
  assert.deepEqual(
    warnings().map(({ msg, requestId }) => [msg, requestId]),
    [['client cut: it does not read its answer', 'unread']],
  );
});

test('an answer that is read slowly but steadily is not given up', async () => {
  const { url, pool, warnings } = await startServer({ stallTimeoutMs: 500 });
  const socket = await openSocket(url);
  socket.write(toRequest(CHAT, hello).replace('host:', 'connection: close\r\nhost:'));
  const call = await pool.callAt(0);
  call.emit({ type: 'text-delta', text: 'x'.repeat(32 * MB) });
  call.end();
  let length = 0;
  for await (const chunk of socket) {
    length += (chunk as Buffer).length;
    await delay(3);
  }
  assert.ok(length > 32 * MB, String(length));
  assert.deepEqual(warnings(), []);
});

/** The head of a request whose body comes in chunks, and a chunk of a mebibyte. */
const CHUNKED = `POST ${CHAT} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\nx-request-id: refused\r\n\r\n`;
const CHUNK = `100000\r\n${'x'.repeat(MB)}\r\n`;

test('a body that is refused is read to its end, so that its sender gets the answer, and the next one', async () => {
  const { url, warnings } = await startServer({ drainBytes: 4 * MB }, { apiKeys: [{ key: 'sk-1' }] });
  const socket = await openSocket(url);
  const answer = text(socket);
  socket.write(CHUNKED + CHUNK.repeat(3));
  socket.write(`0\r\n\r\nGET /v1/models HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  assert.equal((await answer).match(/HTTP\/1\.1 401/g)?.length, 2);
  assert.deepEqual(warnings(), []);
});

for (const [how, limits, pauseMs] of [
  ['too large', { drainBytes: 4 * MB }, 0],
  ['too slow', { drainTimeoutMs: 200 }, 50],
] as const) {
  test(`a body that is refused and is ${how} is not read to its end`, async () => {
    const { url, warnings } = await startServer(limits, { apiKeys: [{ key: 'sk-1' }] });
    const socket = await openSocket(url);
    const answer = once(socket, 'data') as Promise<[Buffer]>;
    socket.write(CHUNKED);
    while (!socket.destroyed) {
      socket.write(pauseMs > 0 ? '1\r\nx\r\n' : CHUNK);
      await delay(pauseMs);
    }
    assert.match(String(await answer), /HTTP\/1\.1 401/);
    assert.deepEqual(
      warnings().map(({ msg, requestId }) => [msg, requestId]),
      [['client cut: it goes on sending a body that was refused', 'refused']],
    );
  });
}

test('connections beyond the limit are refused, and taken again when others have gone', async () => {
  const { app, url, warnings } = await startServer({ connections: 2 });
  const accepted: Socket[] = [];
  app.server.on('connection', (socket) => accepted.push(socket));
  const sockets = [await openSocket(url), await openSocket(url)];
  for (let count = 0; count < 3; count += 1) await untilCut(await openSocket(url));
  assert.deepEqual(
    warnings().map(({ msg, connections }) => [msg, connections]),
    [['connections refused: too many are open', 2]],
  );
  await Promise.all(
    sockets.map(async (socket, index) => {
      socket.destroy();
      await once(accepted[index] as Socket, 'close');
    }),
  );
  assert.equal((await fetch(`${url}/v1/models`)).status, 200);
});

test('a recording of 25 MB over slow Wi-Fi, at a megabit, is within the limits', () => {
  const { requestTimeoutMs, headersTimeoutMs, stallTimeoutMs } = CLIENT_LIMITS;
  assert.ok((25 * MB * 8) / 1_000_000 < requestTimeoutMs / 1_000);
  assert.ok(headersTimeoutMs <= requestTimeoutMs && stallTimeoutMs <= requestTimeoutMs);
});
