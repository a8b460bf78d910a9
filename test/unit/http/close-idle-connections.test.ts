import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { closeIdleConnections } from '../../../src/http/close-idle-connections.js';
import { deferred } from '../../support/deferred.js';

/** A server whose answers to `/slow` wait for the test. */
async function startServer() {
  const answer = deferred<string>();
  const asked = deferred();
  const app = fastify();
  closeIdleConnections(app);
  app.get('/', async () => 'now');
  app.post('/', async () => 'now');
  app.get('/slow', () => {
    asked.resolve();
    return answer.promise;
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  async function open(): Promise<Socket> {
    const accepted = once(app.server, 'connection');
    const socket = connect(port, '127.0.0.1');
    await accepted;
    socket.on('error', () => {}); // it may be reset
    return socket;
  }
  return { app, answer, asked: asked.promise, open };
}

const request = (path: string) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;

async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'close');
  return text;
}

test('a connection without a request, one that had its answer and one that waits for it: none keeps the server', async () => {
  const { app, answer, asked, open } = await startServer();
  const silent = await open();
  const idle = await open();
  idle.write(request('/'));
  await once(idle, 'data');
  const busy = await open();
  const reply = readAll(busy);
  busy.write(request('/slow'));
  await asked;

  const closed = app.close();
  await Promise.all([once(silent, 'close'), once(idle, 'close')]);
  assert.equal(busy.destroyed, false);
  answer.resolve('the whole answer');
  assert.match(await reply, /200 OK.*the whole answer$/s);
  await closed;
});

test('a request whose body does not come to its end does not keep the server either', async () => {
  const { app, open } = await startServer();
  const half = await open();
  const received = once(app.server, 'request');
  half.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{');
  await received;
  const closed = app.close();
  await once(half, 'close');
  await closed;
});
