import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { createServer } from '../../../../src/http/server.js';
import { Fleet } from '../../../../src/models/fleet.js';
import { LogBuffer } from '../../../../src/telemetry/log-buffer.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { noOperations } from '../no-operations.js';

test('a reader of the log that does not keep up is cut, once, although its cut is logged too', async (t) => {
  const logs = new LogBuffer();
  const log = createLogger('info', { write: () => {} }, logs);
  const options = {
    host: '127.0.0.1',
    apiKeys: [],
    corsOrigins: [],
    listModels: 'loaded' as const,
    imageHosts: [],
    takesImages: () => false,
    uploadFolder: 'none',
  };
  const operations = { ...noOperations(), logs };
  const app = createServer(new Fleet([]), options, operations, Promise.resolve(), log);
  t.after(() => app.close());
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect(Number(port), '127.0.0.1');
  t.after(() => socket.destroy());
  socket.write(`GET /qvac/v1/logs?follow=true HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`);
  await once(socket, 'readable'); // and nothing is read

  const cuts = () => logs.last(1_000, ({ msg }) => /too slowly/.test(msg)).length;
  while (cuts() === 0) {
    log.info({ tail: 'x'.repeat(100_000) }, 'line');
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(cuts(), 1);
});
