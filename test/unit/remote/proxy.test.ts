import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createRemoteConnections, StaleConnection, sendToRemote } from '../../../src/remote/proxy.js';

/** A server in a thread of its own, which closes a connection when it is told to, by a number in shared memory. */
const SERVER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { createServer } = require('node:net');
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\\r\\ncontent-type: application/json\\r\\ncontent-length: 2\\r\\n\\r\\n{}');
      parentPort.once('message', () => {
        socket.destroy();
        socket.once('close', () => {
          Atomics.store(workerData, 0, 1);
          Atomics.notify(workerData, 0);
        });
      });
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
`;

const PART = Buffer.alloc(64 * 1024);

for (const parts of [1, 64]) {
  test(`a kept connection that was closed while nobody looked is stale, with a body of ${parts} parts`, async (t) => {
    const isClosed = new Int32Array(new SharedArrayBuffer(4));
    const worker = new Worker(SERVER, { eval: true, workerData: isClosed });
    t.after(() => worker.terminate());
    const [port] = (await once(worker, 'message')) as [number];
    const connections = createRemoteConnections();
    t.after(() => connections.close());
    const server = {
      url: `http://127.0.0.1:${port}/v1`,
      headers: {},
      connectTimeoutMs: 5_000,
      headersTimeoutMs: 5_000,
      idleTimeoutMs: 5_000,
      probeIntervalMs: 5_000,
    };
    const send = (count: number) => {
      const body = Readable.from(Array.from({ length: count }, () => PART));
      const headers = { 'content-length': String(count * PART.length) };
      const { signal } = new AbortController();
      return sendToRemote('there', server, { path: '/chat', headers, body }, connections, signal);
    };
    const answer = await send(1);
    const { socket } = answer;
    const freed = once(socket, 'free');
    answer.resume();
    await freed;
    worker.postMessage('close');
    Atomics.wait(isClosed, 0, 0); // this thread has not seen the end of the connection
    await assert.rejects(send(parts), StaleConnection);
  });
}
